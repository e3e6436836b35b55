"""What is known of a program before the walk: live registers, loops, and where states are kept.

All of it is Linux 6.18's: which registers an instruction uses and defines (compute_live_registers), the loops
as strongly connected components (compute_scc), prune points, jump points and forced checkpoints (check_cfg).
"""

from collections.abc import Sequence
from typing import Final

from vm.helpers.table import HELPERS
from vm.instruction import (
    AddrSpaceCast,
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Slot,
    Store,
    StoreRelease,
    width,
)
from vm.isa import (
    ALU,
    CALL_CODE,
    END_CODE,
    EXIT_CODE,
    FETCH,
    JA_CODE,
    JCOND_CODE,
    AluOp,
    AtomicOp,
    CallKind,
    ImmKind,
    InsnClass,
    Mode,
    Source,
)
from vm.program import Program
from vm.uapi.helper_ids import HelperId

CALLER_SAVED: Final = 0x3F
_ARGS: Final = 0x3E
_ALL: Final = 0xFFFF

CALLBACK_HELPERS: Final = frozenset(
    {
        HelperId.FOR_EACH_MAP_ELEM,
        HelperId.FIND_VMA,
        HelperId.LOOP,
        HelperId.USER_RINGBUF_DRAIN,
    }
)
"""Helpers that call a function of the program before they return."""


def calls_callback(insn: Instruction | None) -> bool:
    """Whether the instruction calls a helper that calls back at once."""
    return isinstance(insn, Call) and insn.kind is CallKind.HELPER and insn.imm in CALLBACK_HELPERS


def successors(insn: Instruction | None, pc: int) -> tuple[int, ...]:
    """Where control may go within the function, fall-through first."""
    match insn:
        case Exit():
            return ()
        case Goto(off=off):
            return (pc + 1 + off,)
        case Jump(off=off) | MayGoto(off=off):
            return (pc + 1, pc + 1 + off)
        case LoadImm64():
            return (pc + 2,)
        case _:
            return (pc + 1,)


def use_def(insn: Instruction | None) -> tuple[int, int]:
    """Bit masks of the registers read and written."""
    match insn:
        case LoadImm64(dst=dst):
            return 0, 1 << dst
        case Load(dst=dst, src=src) | LoadAcquire(dst=dst, src=src) | AddrSpaceCast(dst=dst, src=src):
            return 1 << src, 1 << dst
        case Store(dst=dst, src=src):
            return 1 << dst | _reads(src), 0
        case StoreRelease(dst=dst, src=src):
            return 1 << dst | 1 << src, 0
        case Atomic(op=AtomicOp.CMPXCHG, dst=dst, src=src):
            return 1 | 1 << dst | 1 << src, 1
        case Atomic(dst=dst, src=src, fetch=fetch):
            return 1 << dst | 1 << src, 1 << src if fetch else 0
        case Alu(op=op, dst=dst, src=src):
            if op in _MOVES:
                return _reads(src), 1 << dst
            return 1 << dst | _reads(src), 1 << dst
        case Neg(dst=dst) | Endian(dst=dst):
            return 1 << dst, 1 << dst
        case Goto() | MayGoto():
            return 0, 0
        case Exit():
            return 1, 0
        case Call(kind=kind, imm=imm):
            helper = HELPERS.get(imm) if kind is CallKind.HELPER else None
            args = _ARGS if helper is None else ((1 << len(helper.args)) - 1) << 1
            return args, CALLER_SAVED
        case Jump(dst=dst, src=src):
            return 1 << dst | _reads(src), 0
        case LoadPacket() | CallX():
            return _ALL, 0
        case Invalid(slot=slot):
            return _slot_use_def(slot)
        case _:
            return _ALL, 0


def _slot_use_def(slot: Slot) -> tuple[int, int]:
    """The same of what is no instruction, by its class as far as the kernel looks at this point."""
    dst, src = 1 << slot.dst, 1 << slot.src if slot.opcode & Source.X else 0
    match InsnClass(slot.opcode & 7):
        case InsnClass.ALU | InsnClass.ALU64:
            code = slot.opcode >> 4
            if code == END_CODE:
                return dst, dst
            return (src, dst) if code == ALU[AluOp.MOV].code else (dst | src, dst)
        case InsnClass.JMP | InsnClass.JMP32:
            code = slot.opcode >> 4
            if code in (JA_CODE, JCOND_CODE):
                return 0, 0
            if code == EXIT_CODE:
                return 1, 0
            return (_ARGS, CALLER_SAVED) if code == CALL_CODE else (dst | src, 0)
        case InsnClass.LDX:
            return 1 << slot.src, dst
        case InsnClass.ST:
            return dst, 0
        case InsnClass.STX:
            fetched = slot.opcode & 0xE0 == Mode.ATOMIC and slot.imm & FETCH
            return dst | 1 << slot.src, 1 << slot.src if fetched else 0
        case _:
            return _ALL, 0


_MOVES: Final = frozenset({AluOp.MOV, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32})


def _reads(operand: Reg | Imm) -> int:
    return 1 << operand.n if isinstance(operand, Reg) else 0


class Analysis:
    """The facts by slot: ``live`` (mask of live registers before), ``scc`` (number of the loop, 0 for none),
    ``prune``, ``jump`` and ``forced`` (sets of slots), ``postorder`` of each function by index."""

    __slots__ = ("forced", "jump", "live", "postorder", "prune", "scc", "starts")

    def __init__(self, program: Program, starts: Sequence[int]) -> None:
        self.starts = tuple(starts)
        insns = program.insns
        self.prune: set[int] = set()
        self.jump: set[int] = set()
        self.forced: set[int] = set()
        for pc, insn in enumerate(insns):
            self._mark(pc, insn)
        self.postorder = [_postorder(insns, start) for start in starts]
        self.live = _live(insns, [pc for order in self.postorder for pc in order])
        self.scc = _components(insns)

    def _mark(self, pc: int, insn: Instruction | None) -> None:
        match insn:
            case Goto(off=off):
                self._branch(pc + 1 + off)
            case Jump(off=off):
                self.prune.add(pc)
                self._branch(pc + 1 + off)
            case MayGoto(off=off):
                self.prune.add(pc)
                self.forced.add(pc)
                self._branch(pc + 1 + off)
            case Call(kind=kind, imm=imm):
                if calls_callback(insn):
                    self.forced.add(pc)
                    self._branch(pc)
                if kind is CallKind.HELPER and imm == HelperId.TIMER_SET_CALLBACK:
                    self.prune.add(pc)
                self._branch(pc + 1)
                if kind is CallKind.LOCAL:
                    self.prune.add(pc)
                    self._branch(pc + 1 + imm)
            case LoadImm64(kind=ImmKind.FUNC, imm=imm):
                self._branch(pc + 2)
                self.prune.add(pc)
                self._branch(pc + 1 + imm)
            case _:
                pass

    def _branch(self, pc: int) -> None:
        self.prune.add(pc)
        self.jump.add(pc)


def _postorder(insns: Sequence[Instruction | None], start: int) -> list[int]:
    """The slots of one function, successors first, as the kernel's stack visits them."""
    order: list[int] = []
    found, explored = {start}, set[int]()
    stack = [start]
    while stack:
        top = stack[-1]
        if top in explored:
            order.append(top)
            stack.pop()
            continue
        for target in successors(insns[top], top):
            if target not in found:
                found.add(target)
                stack.append(target)
        explored.add(top)
    return order


def _live(insns: Sequence[Instruction | None], order: Sequence[int]) -> list[int]:
    live = [0] * (len(insns) + 1)
    facts = [(pc, *use_def(insns[pc]), successors(insns[pc], pc)) for pc in order]
    changed = True
    while changed:
        changed = False
        for pc, use, defined, targets in facts:
            out = 0
            for target in targets:
                out |= live[target]
            before = out & ~defined | use
            if before != live[pc]:
                live[pc] = before
                changed = True
    return live


def _components(insns: Sequence[Instruction | None]) -> list[int]:
    """The number of the loop each slot is in (Tarjan), 0 outside of loops; calls that call back are loops."""
    count = len(insns)
    scc, index, low = [0] * count, [0] * count, [0] * count
    done = [False] * count
    stack: list[int] = []
    next_index, next_scc = 1, 1
    for root in range(count):
        if index[root] or insns[root] is None:
            continue
        work: list[tuple[int, int]] = [(root, 0)]
        while work:
            node, at = work.pop()
            targets = successors(insns[node], node)
            if at == 0:
                index[node] = low[node] = next_index
                next_index += 1
                stack.append(node)
            else:
                low[node] = min(low[node], low[targets[at - 1]])
            while at < len(targets):
                target = targets[at]
                at += 1
                if not index[target]:
                    work.append((node, at))
                    work.append((target, 0))
                    break
                if not done[target]:
                    low[node] = min(low[node], index[target])
            else:
                if low[node] == index[node]:
                    members = []
                    while True:
                        member = stack.pop()
                        done[member] = True
                        members.append(member)
                        if member == node:
                            break
                    if len(members) > 1 or node in targets or calls_callback(insns[node]):
                        for member in members:
                            scc[member] = next_scc
                        next_scc += 1
    return scc


__all__ = ["CALLBACK_HELPERS", "Analysis", "calls_callback", "successors", "use_def", "width"]
