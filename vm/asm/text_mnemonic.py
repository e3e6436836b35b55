"""Instructions in the mnemonic syntax of uBPF and bpf_conformance."""

from vm.asm.text_kernel import pseudo_name, slot_text
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
    Store,
    StoreRelease,
)
from vm.isa import AluOp, CallKind, ImmKind, Size

_SUFFIX = {Size.B: "b", Size.H: "h", Size.W: "w", Size.DW: "dw"}
_WIDENS = (AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32)


def _operand(source: Operand) -> str:
    return str(source.value) if isinstance(source, Imm) else f"r{source.n}"


def _place(base: int, off: int) -> str:
    return f"[r{base}{off:+d}]"


def text(insn: Instruction) -> str:
    """The instruction's text; what the syntax has no word for is written in pseudo-C."""
    match insn:
        case Alu(op, bits, dst, src):
            name = f"{op}{bits}" if bits == 32 or op in _WIDENS else op
            return f"{name} r{dst}, {_operand(src)}"
        case Neg(bits, dst):
            return f"neg{'32' if bits == 32 else ''} r{dst}"
        case Endian(op, bits, dst):
            return f"{op}{bits} r{dst}"
        case Jump(op, bits, dst, src, off):
            return f"{op}{'32' if bits == 32 else ''} r{dst}, {_operand(src)}, {off:+d}"
        case Goto(off, wide):
            return f"{'ja32' if wide else 'ja'} {off:+d}"
        case MayGoto(off):
            return f"may_goto {off:+d}"
        case Call(CallKind.LOCAL, imm, _):
            return f"call local {imm:+d}"
        case Call(CallKind.KFUNC, imm, _):
            return f"call kfunc#{imm}"
        case Call(_, imm, _):
            return f"call {imm}"
        case CallX(reg):
            return f"call r{reg}"
        case Exit():
            return "exit"
        case Invalid():
            return slot_text(insn.slot)
        case AddrSpaceCast(dst, src, imm):
            return f"r{dst} = addr_space_cast(r{src}, {imm >> 16 & 0xFFFF}, {imm & 0xFFFF})"
        case _:
            return _access(insn)


_Access = Load | Store | Atomic | LoadAcquire | StoreRelease | LoadImm64 | LoadPacket


def _access(insn: _Access) -> str:
    match insn:
        case Load(size, dst, src, off, signed):
            return f"ldx{'s' if signed else ''}{_SUFFIX[size]} r{dst}, {_place(src, off)}"
        case Store(size, dst, off, Imm(value)):
            return f"st{_SUFFIX[size]} {_place(dst, off)}, {value}"
        case Store(size, dst, off, src):
            return f"stx{_SUFFIX[size]} {_place(dst, off)}, {_operand(src)}"
        case Atomic(op, size, dst, off, src, fetch):
            name = f"{'fetch_' if fetch and 'xchg' not in op else ''}{op}{'32' if size is Size.W else ''}"
            return f"lock {name} {_place(dst, off)}, r{src}"
        case LoadAcquire(size, dst, src, off):
            return f"r{dst} = load_acquire((u{size.bits} *)(r{src} {off:+d}))"
        case StoreRelease(size, dst, off, src):
            return f"store_release((u{size.bits} *)(r{dst} {off:+d}), r{src})"
        case LoadImm64(dst, ImmKind.VALUE, _, _):
            return f"lddw r{dst}, {insn.value:#x}"
        case LoadImm64(dst, _, _, _):
            return f"lddw r{dst}, {pseudo_name(insn)}"
        case LoadPacket(size, None, imm):
            return f"ldabs{_SUFFIX[size]} {imm}"
        case LoadPacket(size, src, imm):
            return f"ldind{_SUFFIX[size]} r{src}, {imm}"
