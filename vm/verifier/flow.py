"""What one instruction does to control and to registers, before anything is known of their values.

The uses and definitions are Linux 6.18's (compute_insn_live_regs); the common instructions come first.
"""

from typing import Final

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
)
from vm.isa import (
    ALU,
    ATOMIC_CODE,
    CALL_CODE,
    END_CODE,
    EXIT_CODE,
    FETCH,
    JA_CODE,
    JCOND_CODE,
    LOAD_ACQ,
    STORE_REL,
    AluOp,
    AtomicOp,
    CallKind,
    InsnClass,
    Mode,
    Source,
)
from vm.uapi.helper_ids import HelperId
from vm.uapi.kfuncs import KernelFunction, kfuncs
from vm.uapi.prog_types import ProgType
from vm.verifier.checks.availability import offered
from vm.verifier.kernel_calls import iterates
from vm.verifier.profile import ROOT, Profile
from vm.verifier.signatures import Signature, signature

CALLER_SAVED: Final = 0x3F
ARGUMENTS: Final = 0x3E
"""r0 to r5, and r1 to r5, as bits."""
MOVES: Final = frozenset({AluOp.MOV, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32})
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


def kernel_function(insn: Instruction | None, kind: ProgType | None) -> KernelFunction | None:
    """The function of the kernel that is called, if programs of that type may call it."""
    if not isinstance(insn, Call) or insn.kind is not CallKind.KFUNC:
        return None
    found = kfuncs().get(insn.imm)
    return found if found is not None and (kind is None or kind in found.types) else None


def asks_next(insn: Instruction | None, kind: ProgType) -> bool:
    """Whether an iterator is asked for its next item."""
    found = kernel_function(insn, kind)
    return found is not None and iterates(found.name, "next")


def sorts(insn: Instruction | None, kind: ProgType) -> bool:
    """Whether a function of the program is called to find a place in a tree."""
    found = kernel_function(insn, kind)
    return found is not None and found.name == "bpf_rbtree_add_impl"


def successors(insn: Instruction | None, pc: int) -> tuple[int, ...]:
    """Where control may go within the function, fall-through first."""
    match insn:
        case Alu() | Load() | Store():
            return (pc + 1,)
        case Jump(off=off) | MayGoto(off=off):
            return (pc + 1, pc + 1 + off)
        case Exit():
            return ()
        case Goto(off=off):
            return (pc + 1 + off,)
        case LoadImm64():
            return (pc + 2,)
        case _:
            return (pc + 1,)


def use_def(
    insn: Instruction | None, kind: ProgType | None = None, profile: Profile = ROOT, attach: int = 0
) -> tuple[int, int]:
    """Bit masks of the registers read and written; a helper that programs of that type may not call is taken
    to read all arguments."""
    match insn:
        case Alu(op=op, dst=dst, src=src):
            if op in MOVES:
                return _reads(src), 1 << dst
            return 1 << dst | _reads(src), 1 << dst
        case Load(dst=dst, src=src) | LoadAcquire(dst=dst, src=src) | AddrSpaceCast(dst=dst, src=src):
            return 1 << src, 1 << dst
        case Store(dst=dst, src=src):
            return 1 << dst | _reads(src), 0
        case Jump(dst=dst, src=src):
            return 1 << dst | _reads(src), 0
        case Call(kind=CallKind.HELPER, imm=imm):
            helper = _helper(imm, kind, profile, attach)
            args = ARGUMENTS if helper is None else ((1 << len(helper.args)) - 1) << 1
            return args, CALLER_SAVED
        case Call():
            function = kernel_function(insn, kind)
            args = ARGUMENTS if function is None else ((1 << len(function.parameters)) - 1) << 1
            return args, CALLER_SAVED
        case LoadImm64(dst=dst):
            return 0, 1 << dst
        case Goto() | MayGoto():
            return 0, 0
        case Exit():
            return 1, 0
        case Neg(dst=dst) | Endian(dst=dst):
            return 1 << dst, 1 << dst
        case StoreRelease(dst=dst, src=src):
            return 1 << dst | 1 << src, 0
        case Atomic(op=AtomicOp.CMPXCHG, dst=dst, src=src):
            return 1 | 1 << dst | 1 << src, 1
        case Atomic(dst=dst, src=src, fetch=fetch):
            return 1 << dst | 1 << src, 1 << src if fetch else 0
        case LoadPacket() | CallX():
            return _ALL, 0
        case Invalid(slot=slot):
            return _slot_use_def(slot)
        case _:
            return _ALL, 0


def _helper(number: int, kind: ProgType | None, profile: Profile, attach: int) -> Signature | None:
    if kind is None:
        return signature(ProgType.UNSPEC, number)
    if number <= 0 or not offered(kind, attach, number) or profile.forbids(HelperId(number), kind):
        return None
    return signature(kind, number)


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
            return (ARGUMENTS, CALLER_SAVED) if code == CALL_CODE else (dst | src, 0)
        case InsnClass.LDX:
            return 1 << slot.src, dst
        case InsnClass.ST:
            return dst, 0
        case InsnClass.STX:
            return _atomic_use_def(slot) if slot.opcode & 0xE0 == Mode.ATOMIC else (dst | 1 << slot.src, 0)
        case _:
            return _ALL, 0


def _atomic_use_def(slot: Slot) -> tuple[int, int]:
    dst, src = 1 << slot.dst, 1 << slot.src
    if slot.imm == ATOMIC_CODE[AtomicOp.CMPXCHG]:
        return 1 | dst | src, 1
    if slot.imm == LOAD_ACQ:
        return src, dst
    fetches = slot.imm & FETCH and slot.imm != STORE_REL
    return dst | src, src if fetches else 0


def _reads(operand: Reg | Imm) -> int:
    return 1 << operand.n if isinstance(operand, Reg) else 0
