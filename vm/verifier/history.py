"""A state's jump history: where control did not go straight, and what a search for precision must know.

Entries are linked from the last one back (struct bpf_jmp_history_entry). Equal histories are one object, so
that copies of a state share them, and what a search finds in one is remembered by it alone.
"""

from typing import Final

STACK_ACCESS: Final = 1 << 9
DST_STACK: Final = 1 << 10
SRC_STACK: Final = 1 << 11
"""Flags of an entry, over its frame (3 bits) and stack slot (6 bits)."""
MAX_STEPS: Final = 1 << 14
"""Entries known by content at once; beyond, equal ones are no longer one."""

Linked = tuple[int, bool, int]
"""A scalar: frame, whether it is in a register, number of the register or stack slot."""


class Step:
    """The last entry of a history: the slot, where control came from, and the entries before it.

    ``linked`` are scalars that gained range together; ``size`` counts the entries.
    """

    __slots__ = ("before", "flags", "linked", "pc", "previous", "size")

    def __init__(
        self, before: "Step | None", pc: int, previous: int, flags: int, linked: tuple[Linked, ...]
    ) -> None:
        self.before = before
        self.pc = pc
        self.previous = previous
        self.flags = flags
        self.linked = linked
        self.size: int = before.size + 1 if before is not None else 1


class Histories:
    """The entries of one walk by content."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[tuple[Step | None, int, int, int, tuple[Linked, ...]], Step] = {}

    def step(
        self, before: Step | None, pc: int, previous: int, flags: int = 0, linked: tuple[Linked, ...] = ()
    ) -> Step:
        """The history ``before`` with one more entry."""
        key = (before, pc, previous, flags, linked)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= MAX_STEPS:
                self._known.clear()
            found = self._known[key] = Step(before, pc, previous, flags, linked)
        return found
