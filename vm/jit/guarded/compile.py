"""A program's guarded code: blocks that pay before they run, and stubs that hand instructions back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from vm.instruction import Call, Instruction
from vm.jit.guarded.batch import Batch
from vm.jit.guarded.blocks import block_starts, loop_heads
from vm.jit.guarded.body import Body
from vm.jit.guarded.frame import entry, fuel, leave
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.surroundings import Surroundings
from vm.jit.layout import Row
from vm.jit.x86.encode import Cond, Group
from vm.uapi.helper_ids import HelperId

LINE = 64
"""Loops begin at multiples of this: in two lines of the processor's caches they are a third slower."""
_END_FIELD = (4, 4)
"""Offset and size of ``xdp_md.data_end``."""
_READS_EVENT = frozenset({HelperId.KTIME_GET_NS, HelperId.KTIME_GET_BOOT_NS, HelperId.GET_PRANDOM_U32})


@dataclass(frozen=True, slots=True)
class GuardedCode:
    """The bytes, where the code of each block begins, and what was made of which slot.

    The first bytes are called with the arena in rdi and the address to go on at in rsi. ``batch`` is where
    a batch of packets begins, where the code was made for them; ``context`` the loads (offset, size) of the
    context whose values it takes from the header.
    """

    code: bytes
    entries: Mapping[int, int]
    starts: tuple[tuple[int | None, int], ...]
    context: tuple[tuple[int, int], ...] = ()
    batch: int | None = None
    reads_event: bool = False
    """Whether native code reads clocks or random numbers itself."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The bytes of each slot, and of what belongs to none."""
        ends = [start for _, start in self.starts[1:]] + [len(self.code)]
        return tuple(
            Row(slot, start, self.code[start:end])
            for (slot, start), end in zip(self.starts, ends, strict=True)
        )


def compile_guarded(
    insns: Sequence[Instruction | None], constants: Mapping[int, int], proved: frozenset[int] = frozenset()
) -> GuardedCode:
    """Code for the slots of one program that knows nothing of its surroundings but ``constants``."""
    return compile_in(insns, Surroundings(tuple(constants.items()), proved=proved))


def compile_in(
    insns: Sequence[Instruction | None], around: Surroundings, *, batch: bool = False
) -> GuardedCode:
    """Code for the slots of one program of a run; ``batch``: also for packets one after the other."""
    return _Compiler(insns, around, batch).compile()


class _Compiler:
    def __init__(self, insns: Sequence[Instruction | None], around: Surroundings, batch: bool) -> None:
        self._insns, self._around, self._batch = insns, around, batch
        self._sheet = Sheet(len(insns))
        self._stop = self._sheet.label()
        self._body = Body(self._sheet, insns, around, ends=batch)
        self._native = self._body.native()
        self._starts, self._falls = block_starts(insns, self._native)
        self._heads = loop_heads(insns)
        self._entries = {pc: pc for pc in self._starts}
        """By slot: the label where native code may be come to."""

    def compile(self) -> GuardedCode:
        sheet, leaders = self._sheet, self._starts
        sheet.begin(None)
        sheet.code += entry(frame_kept=self._body.frame_kept)
        ends = [*leaders[1:], len(self._insns)]
        for start, end in zip(leaders, ends, strict=True):
            self._block(start, end)
        sheet.begin(len(self._insns))
        self._body.stubs.back(len(self._insns), 0, self._stop)
        sheet.begin(None)
        batch = self._write_ends()
        self._body.stubs.write(self._stop)
        self._body.helpers.finish()
        self._body.calls.finish()
        sheet.here(self._stop)
        sheet.code += leave(frame_kept=self._body.frame_kept)
        return GuardedCode(
            sheet.finish(),
            {pc: sheet.place(label) for pc, label in self._entries.items()},
            tuple(sheet.starts),
            self._around.context,
            batch,
            self._reads_event(),
        )

    def _block(self, start: int, end: int) -> None:
        """Pays for all up to the first that is not native; who jumps out before gets back what is left."""
        sheet, body, insns, native = self._sheet, self._body, self._insns, self._native
        members = [pc for pc in range(start, end) if insns[pc] is not None]
        paid = members
        if not all(native[start:end]):
            paid = list(takewhile(native.__getitem__, members))
        left = len(paid)
        if start in self._heads:
            sheet.align(LINE)
        sheet.here(start)
        sheet.begin(start)
        if left:
            self._pay(start, left)
        body.begin_block(paid[-1] if paid else start)
        for pc in paid:
            if pc != start:
                sheet.starts.append((pc, len(sheet.code)))
                if pc in self._falls:
                    self._entries[pc] = body.stubs.entry(pc, left)
                    sheet.here(pc)
            body.write(insns[pc], pc, left)
            left -= 1
        for pc in members[len(paid) :]:
            if pc != start:
                sheet.begin(pc)
            if pc in self._falls:
                sheet.here(pc)
                self._entries[pc] = pc
            body.stubs.back(pc, 0, self._stop)

    def _pay(self, start: int, count: int) -> None:
        self._sheet.code += fuel(Group.SUB, count)
        self._sheet.branch(self._body.stubs.hand_back(start, count), Cond.S)

    def _write_ends(self) -> int | None:
        """Where the program's exits lead, and for a batch the loop around it, whose place is returned."""
        if not self._batch:
            for label, pc, refund in self._body.stubs.ends():
                self._sheet.here(label)
                self._body.stubs.back(pc, refund, self._stop)
            return None
        sheet, around = self._sheet, self._around
        loads = {load: n for n, load in enumerate(around.context)}
        batch = Batch(
            sheet,
            loads.get(_END_FIELD),
            self._body.written,
            events=self._reads_event(),
            frame_kept=self._body.frame_kept,
        )
        begin = len(sheet.code)
        batch.begin(0, self._stop)
        for label, pc, refund in self._body.stubs.ends():
            sheet.here(label)
            alone = sheet.label()
            batch.end(alone)
            sheet.here(alone)
            self._body.stubs.back(pc, refund, self._stop)
        return begin

    def _reads_event(self) -> bool:
        called = {insn.imm for insn in self._insns if isinstance(insn, Call)}
        return bool(called & self._around.helpers & _READS_EVENT)
