"""How the verifier came to the rejection: what the path that failed did to the value it is about.

The path is gone back from the rejected instruction. What is wanted at first is a register or a stack slot;
each instruction that made or changed something wanted becomes a step, and what it was made from is wanted
in its place.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from vm.verifier.explain.change import Back, Change, Found
from vm.verifier.explain.explanation import Cause, CauseKind
from vm.verifier.explain.naming import Names
from vm.verifier.explain.steps import change_of
from vm.verifier.explain.trail import Moment

MOST: Final = 9
"""Steps shown; of more, the oldest two and the latest."""
_LOOKED_AT: Final = 5_000


class Reg(NamedTuple):
    """A register of a frame."""

    frame: int
    n: int


class Stack(NamedTuple):
    """Eight bytes of a frame's stack."""

    frame: int
    slot: int


Wanted = Reg | Stack


def causes(names: Names, path: Sequence[Moment], wanted: Iterable[Wanted]) -> list[Cause]:
    """The steps that made what is wanted at the end of the path, oldest first; without the rejected one."""
    back = Back({(type(one) is Reg, *one) for one in wanted})
    found: list[Cause] = []
    recent = path[-_LOOKED_AT:]
    for before, after in reversed(list(pairwise(recent))):
        if not back.wanted:
            break
        if before.state is None or after.state is None:
            break
        change = Change(names, before, after)
        for step in change_of(change, back):
            found.append(_cause(names, before, step))
    found.reverse()
    return shortened(found)


def _cause(names: Names, moment: Moment, step: Found) -> Cause:
    line = names.line(moment.pc)
    return Cause(step.kind, moment.pc, step.text, moment.nth, line, step.reg)


def shortened(steps: list[Cause]) -> list[Cause]:
    """The steps without what was repeated in a loop, and no more than can be read."""
    latest: dict[tuple[CauseKind, int, int | None], int] = {}
    times: dict[tuple[CauseKind, int, int | None], int] = {}
    for at, step in enumerate(steps):
        key = (step.kind, step.pc, step.reg)
        latest[key] = at
        times[key] = times.get(key, 0) + 1
    kept = []
    for at, step in enumerate(steps):
        key = (step.kind, step.pc, step.reg)
        if latest[key] == at:
            again = f" (the last of {times[key]} times)" if times[key] > 1 else ""
            kept.append(
                Cause(step.kind, step.pc, step.text + again, step.index, step.line, step.reg)
                if again
                else step
            )
    return kept if len(kept) <= MOST else [*kept[:2], *kept[-(MOST - 2) :]]
