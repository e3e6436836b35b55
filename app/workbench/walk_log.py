"""Which step of the walk each line of the verifier's log tells of."""

import re
from collections.abc import Sequence

_TOLD = re.compile(r"(?:from \d+ to )?\d+: (?:\(|safe$|BUG_)")
"""A line that begins a step: its instruction, or that a kept state covers it."""


def steps_of_lines(lines: Sequence[str]) -> list[int]:
    """For each line of a level-2 log the step it tells of, from 1; 0 for the head and the last line."""
    found, step = [], 0
    for line in lines:
        if _TOLD.match(line):
            step += 1
        ahead = line.startswith("from ") and not line.endswith("safe")
        found.append(0 if line.startswith("processed ") else step + ahead)
    return found


def cut_off(lines: Sequence[str]) -> Sequence[str]:
    """The log of a walk longer than what is printed, without what is said of stopping there."""
    end = len(lines)
    while end and lines[end - 1].startswith(("processed ", "BPF program is too large")):
        end -= 1
    return lines[:end]
