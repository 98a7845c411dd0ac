# SPDX-License-Identifier: MIT
"""A verdict that is certain with a loss around it is a fault of the burst's: `python3 test/lab/probes/burst_test.py`."""
import pathlib
import sys
import types
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from probes.burst import NOWHERE, judge  # noqa: E402

FLOW = {"saddr": "192.0.2.1", "sport": 10_000, "daddr": "192.0.2.2", "dport": NOWHERE}
LOST, PACKET, RESET = {"kind": "lost"}, {"kind": "packet", "tuple": FLOW}, {"kind": "reset", "tuple": FLOW}


def faults(confidence, *lines):
    verdict = {**FLOW, "cause": "no-listener", "confidence": confidence, "because": []}
    tap = types.SimpleNamespace(note=lambda text: None)
    return judge(types.SimpleNamespace(verdicts=[verdict], observations=lines), tap)


class Losses(unittest.TestCase):
    def test_certain_with_a_loss_between_its_first_line_and_its_reset_is_a_fault(self):
        self.assertEqual(len(faults("certain", PACKET, LOST, RESET)), 1)

    def test_likely_is_none_nor_is_certain_with_the_loss_elsewhere(self):
        self.assertEqual(faults("likely", PACKET, LOST, RESET), [])
        self.assertEqual(faults("certain", LOST, PACKET, RESET), [])


if __name__ == "__main__":
    unittest.main()
