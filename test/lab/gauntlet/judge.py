# SPDX-License-Identifier: MIT
"""Holds the verdicts about a trigger against its truth: what was to be named, in order, and how sure."""

# What a segment that is sent again, when the machine stands still, is answered with once its connection is over. The
# hosts' own counters say whether one was.
ECHOES = {"ignored-no-socket", "no-socket", "bad-ack-to-listener"}


def truths_of(name, trigger, truth, reasons):
    """The truth of each verdict about one go of a trigger. `reasons`: whether the kernel tells why it drops a packet."""
    sure = trigger.CONFIDENCE if reasons else getattr(trigger, "WITHOUT_REASONS", trigger.CONFIDENCE)
    return [{**truth, "cause": name.partition(".")[0], "confidence": sure}, *getattr(trigger, "ALSO", ())]


def compare(truths, verdicts, resent):
    """What is wrong with the verdicts, in sentences. `resent`: how many segments the hosts sent again meanwhile."""
    faults = []
    if resent > 0 and len(verdicts) > len(truths):
        verdicts = without_echoes(verdicts)
    if len(verdicts) != len(truths):
        faults.append(f"{len(truths)} resets were to be named, and these were: "
                      f"{[(verdict['cause'], verdict['because']) for verdict in verdicts]}")
    for truth, verdict in zip(truths, verdicts):
        wrong = {name: (value, verdict.get(name)) for name, value in truth.items() if verdict.get(name) != value}
        if wrong:
            faults.append(f"truth and verdict differ: {wrong}; because {verdict['because']}; state {verdict['state']}")
    return faults


def without_echoes(verdicts):
    ends = lambda verdict: (verdict["sport"], verdict["dport"])
    return [verdict for index, verdict in enumerate(verdicts)
            if not (index and verdict["cause"] in ECHOES and ends(verdict) == ends(verdicts[index - 1]))]
