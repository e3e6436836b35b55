"""What stands behind the program: handing an instruction back, with what was paid for it and those behind."""

from vm.jit.guarded import access
from vm.jit.guarded.frame import fuel
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.strided import Strided
from vm.jit.x86.encode import Cond, Group


class Stubs:
    """Collects what is to be written behind the program."""

    def __init__(self, sheet: Sheet, strided: Strided | None) -> None:
        self._sheet = sheet
        self._strided = strided
        self._backs: list[tuple[int, int, int]] = []
        self._accesses: list[tuple[int, int, access.Access, int]] = []
        self._ends: list[tuple[int, int, int]] = []
        self._entries: list[tuple[int, int, int]] = []
        self._refunds: list[tuple[int, int, int]] = []

    def hand_back(self, pc: int, refund: int) -> int:
        """Where slot ``pc`` is handed back; ``refund`` was paid for it and those behind it in its block."""
        label = self._sheet.label()
        self._backs.append((label, pc, refund))
        return label

    def access(self, pc: int, refund: int, insn: access.Access) -> int:
        """The same for an access; one to an element of a map goes on at ``back_here``."""
        refused = self.hand_back(pc, refund)
        if self._strided is None:
            return refused
        label = self._sheet.label()
        self._accesses.append((label, refused, insn, self._sheet.label()))
        return label

    def back_here(self) -> None:
        """Says that what an access to an element goes on with is here."""
        if self._strided is not None:
            self._sheet.here(self._accesses[-1][-1])

    def end(self, pc: int, refund: int) -> int:
        """Where the program ends at slot ``pc``."""
        label = self._sheet.label()
        self._ends.append((label, pc, refund))
        return label

    def entry(self, pc: int, count: int) -> int:
        """Where slot ``pc`` in the middle of a block is come to from outside, having to pay ``count``."""
        label = self._sheet.label()
        self._entries.append((label, pc, count))
        return label

    def refund(self, to: int, count: int) -> int:
        """Where a jump out of a block goes to get back what was paid for those behind it."""
        if not count:
            return to
        label = self._sheet.label()
        self._refunds.append((label, to, count))
        return label

    def ends(self) -> list[tuple[int, int, int]]:
        """The ends: label, slot, what was paid for it."""
        return self._ends

    def write(self, stop: int) -> None:
        """Writes everything; ``stop`` is where native code is left."""
        sheet = self._sheet
        for label, refused, insn, back in self._accesses:
            sheet.here(label)
            if self._strided is not None:
                self._strided.check(insn, refused)
            sheet.branch(back)
        for label, to, count in self._refunds:
            sheet.here(label)
            sheet.code += fuel(Group.ADD, count)
            sheet.branch(to)
        for label, pc, count in self._entries:
            sheet.here(label)
            sheet.code += fuel(Group.SUB, count)
            sheet.branch(self.hand_back(pc, count), Cond.S)
            sheet.branch(pc)
        for label, pc, refund in self._backs:
            sheet.here(label)
            self.back(pc, refund, stop)
        if self._strided is not None:
            self._strided.finish()

    def back(self, pc: int, refund: int, stop: int) -> None:
        """Writes what hands a slot back."""
        if refund:
            self._sheet.code += fuel(Group.ADD, refund)
        self._sheet.distance(_SLOT + pc.to_bytes(4, "little") + _JUMP, stop)


_SLOT = b"\x41\xba"  # mov r10d, imm32
_JUMP = b"\xe9"
