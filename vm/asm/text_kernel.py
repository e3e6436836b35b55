"""Instructions as the verifier's log of Linux 6.18 prints them: opcode in brackets, then pseudo-C.

The same text serves as source (``Style.SOURCE``), without the opcode and with ``ll`` where it must be told.
"""

from collections.abc import Callable

from vm.encoding import encode
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
    Operand,
    Slot,
    Store,
    StoreRelease,
)
from vm.isa import ALU, JUMP, AtomicOp, CallKind, ImmKind, Size
from vm.uapi.helper_ids import helper_name
from vm.word import MASK32

Name64 = Callable[[LoadImm64], str]
"""What to print for an ld_imm64 that stands for a map, a function or a BTF id."""


def _reg(bits: int, number: int) -> str:
    return f"{'w' if bits == 32 else 'r'}{number}"


def _memory(size: Size, base: int, off: int, sign: str = "u") -> str:
    return f"*({sign}{size.bits} *)(r{base} {off:+d})"


def _pointer(size: Size, base: int, off: int) -> str:
    return f"({'u'}{size.bits} *)(r{base} {off:+d})"


def _decimal(bits: int, source: Operand) -> str:
    return str(source.value) if isinstance(source, Imm) else _reg(bits, source.n)


def _compared(bits: int, source: Operand) -> str:
    return f"{source.value & MASK32:#x}" if isinstance(source, Imm) else _reg(bits, source.n)


def pseudo_name(insn: LoadImm64) -> str:
    """``map[id:5]``, ``map[id:5][0]+8``, ``subprog[+3]``: bpftool's spelling, with the immediate."""
    match insn.kind:
        case ImmKind.MAP_FD:
            return f"map[id:{insn.imm & MASK32}]"
        case ImmKind.MAP_VALUE:
            return f"map[id:{insn.imm & MASK32}][0]+{insn.next_imm & MASK32}"
        case ImmKind.MAP_IDX:
            return f"map[idx:{insn.imm & MASK32}]"
        case ImmKind.MAP_IDX_VALUE:
            return f"map[idx:{insn.imm & MASK32}][0]+{insn.next_imm & MASK32}"
        case ImmKind.FUNC:
            return f"subprog[{insn.imm:+d}]"
        case ImmKind.BTF_ID:
            return f"btf[id:{insn.value}]"
        case ImmKind.VALUE:
            return f"{insn.value:#x}"


def text(insn: Instruction, name64: Name64 = pseudo_name) -> str:
    """The instruction with its opcode, as in ``(b7) r0 = 0``."""
    opcode = encode(insn)[0].opcode
    return f"({opcode:02x}) {body(insn, name64)}"


def body(insn: Instruction, name64: Name64 = pseudo_name) -> str:
    """The instruction without its opcode."""
    match insn:
        case Alu(op, bits, dst, src):
            symbol = ALU[op].symbol
            return f"{_reg(bits, dst)} {symbol}{'' if symbol.endswith(')') else ' '}{_decimal(bits, src)}"
        case Neg(bits, dst):
            return f"{_reg(bits, dst)} = -{_reg(bits, dst)}"
        case Endian(op, bits, dst):
            return f"r{dst} = {op}{bits} r{dst}"
        case AddrSpaceCast(dst, src, imm):
            return f"r{dst} = addr_space_cast(r{src}, {imm >> 16 & 0xFFFF}, {imm & 0xFFFF})"
        case Jump(op, bits, dst, src, off):
            return f"if {_reg(bits, dst)} {JUMP[op].symbol} {_compared(bits, src)} goto pc{off:+d}"
        case Goto(off, wide):
            return f"{'gotol' if wide else 'goto'} pc{off:+d}"
        case MayGoto(off):
            return f"may_goto pc{off:+d}"
        case Call():
            return _call(insn)
        case CallX(reg):
            return f"callx r{reg}"
        case Exit():
            return "exit"
        case Invalid():
            return slot_text(insn.slot)
        case _:
            return _access(insn, name64)


def slot_text(slot: Slot) -> str:
    """The directive for a slot as bits: its 8 bytes as a little-endian number."""
    high = (slot.off & 0xFFFF) << 16 | (slot.imm & MASK32) << 32
    return f".slot {slot.opcode | slot.dst << 8 | slot.src << 12 | high:#018x}"


NO_HELPER = {0: "bpf_unspec"}
"""What the kernel calls numbers that are no helper's; the others are unknown."""


def _call(insn: Call) -> str:
    match insn.kind:
        case CallKind.LOCAL:
            return f"call pc{insn.imm:+d}"
        case CallKind.KFUNC:
            return f"call kfunc#{insn.imm}"
        case CallKind.HELPER:
            return f"call {helper_name(insn.imm) or NO_HELPER.get(insn.imm, 'unknown')}#{insn.imm}"


_Access = Load | Store | Atomic | LoadAcquire | StoreRelease | LoadImm64 | LoadPacket


def _access(insn: _Access, name64: Name64) -> str:
    match insn:
        case Load(size, dst, src, off, is_signed):
            return f"r{dst} = {_memory(size, src, off, 's' if is_signed else 'u')}"
        case Store(size, dst, off, src):
            return f"{_memory(size, dst, off)} = {_decimal(64, src)}"
        case Atomic():
            return _atomic(insn)
        case LoadAcquire(size, dst, src, off):
            return f"r{dst} = load_acquire({_pointer(size, src, off)})"
        case StoreRelease(size, dst, off, src):
            return f"store_release({_pointer(size, dst, off)}, r{src})"
        case LoadImm64(dst, _, _, _):
            return f"r{dst} = {name64(insn)}"
        case LoadPacket(size, None, imm):
            return f"r0 = *(u{size.bits} *)skb[{imm}]"
        case LoadPacket(size, src, imm):
            return f"r0 = *(u{size.bits} *)skb[r{src} + {imm}]"


_LOCK_SYMBOL = {AtomicOp.ADD: "+=", AtomicOp.OR: "|=", AtomicOp.AND: "&=", AtomicOp.XOR: "^="}


def _atomic(insn: Atomic) -> str:
    prefix = "atomic64" if insn.size is Size.DW else "atomic"
    pointer = _pointer(insn.size, insn.dst, insn.off)
    match insn.op, insn.fetch:
        case AtomicOp.XCHG, _:
            return f"r{insn.src} = {prefix}_xchg({pointer}, r{insn.src})"
        case AtomicOp.CMPXCHG, _:
            return f"r0 = {prefix}_cmpxchg({pointer}, r0, r{insn.src})"
        case op, True:
            return f"r{insn.src} = {prefix}_fetch_{op}({pointer}, r{insn.src})"
        case op, _:
            return f"lock {_memory(insn.size, insn.dst, insn.off)} {_LOCK_SYMBOL[op]} r{insn.src}"
