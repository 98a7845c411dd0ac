# SPDX-License-Identifier: MIT
"""The gauntlet's comparison can fail, and holds for each recording kept: `python3 test/lab/gauntlet/judge_test.py`."""
import json
import pathlib
import sys
import unittest

LAB = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(LAB))
from gauntlet.judge import compare, truths_of  # noqa: E402
from net.world import load_trigger  # noqa: E402

FIXTURES = LAB.parent.parent / "fixtures"
KERNELS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
TRUTH = {"cause": "no-listener", "confidence": "certain", "state": None}
VERDICT = {**TRUTH, "sport": 40000, "dport": 8001, "because": []}


def recorded(kernel):
    """The name, the truths and the verdicts of each recording of a kernel; addresses and ports are not known here."""
    # The reason of a drop came with Linux 5.17.
    reasons = [int(part) for part in kernel.split(".")] >= [5, 17]
    for live in sorted((FIXTURES / kernel).glob("*/live.json")):
        name = live.parent.name.removesuffix(".ipv6").removesuffix(".ss").removesuffix(".off")
        verdicts = [json.loads(line) for line in live.read_text().splitlines()]
        trigger = load_trigger(name)
        truths = truths_of(name, trigger, {}, reasons)
        # How many it gives the truths of is known by the run alone.
        yield live.parent.name, truths * len(verdicts) if hasattr(trigger, "TOGETHER") else truths, verdicts


class Comparison(unittest.TestCase):
    def test_holds(self):
        self.assertEqual(compare([TRUTH], [VERDICT], 0), [])

    def test_fails_when_confidence_differs(self):
        for expected, said in (("certain", "likely"), ("likely", "certain"), ("unknown", "likely")):
            truth, verdict = {**TRUTH, "confidence": expected}, {**VERDICT, "confidence": said}
            self.assertRegex(compare([truth], [verdict], 0)[0], f"'confidence': .'{expected}', '{said}'.")

    def test_fails_when_another_field_differs(self):
        self.assertEqual(len(compare([TRUTH], [{**VERDICT, "cause": "no-socket"}], 0)), 1)

    def test_fails_when_a_verdict_is_missing_or_too_many(self):
        self.assertEqual(len(compare([TRUTH], [], 0)), 1)
        self.assertEqual(len(compare([TRUTH], [VERDICT, VERDICT], 0)), 1)

    def test_an_echo_counts_where_nothing_was_sent_again(self):
        echo = {**VERDICT, "cause": "no-socket"}
        self.assertEqual(len(compare([TRUTH], [VERDICT, echo], 0)), 1)
        self.assertEqual(compare([TRUTH], [VERDICT, echo], 1), [])

    def test_confidence_of_a_kernel_without_reasons(self):
        trigger = load_trigger("ignored-out-of-window")
        sure = [truths_of("ignored-out-of-window", trigger, {}, reasons)[0]["confidence"] for reasons in (True, False)]
        self.assertEqual(sure, ["certain", "likely"])


class Recordings(unittest.TestCase):
    def test_every_recording_is_as_sure_as_its_trigger_says(self):
        for kernel in KERNELS:
            for name, truths, verdicts in recorded(kernel):
                with self.subTest(kernel=kernel, name=name):
                    self.assertEqual(compare(truths, verdicts, 0), [])

    def test_a_kernel_on_which_all_that_was_certain_is_likely_fails(self):
        for kernel in KERNELS:
            held = [name for name, truths, verdicts in recorded(kernel)
                    if truths[0]["confidence"] == "certain" and not compare(truths, [less(one) for one in verdicts], 0)]
            self.assertEqual(held, [])


def less(verdict):
    return {**verdict, "confidence": verdict["confidence"].replace("certain", "likely")}


if __name__ == "__main__":
    unittest.main()
