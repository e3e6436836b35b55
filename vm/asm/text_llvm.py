"""Instructions as ``llvm-objdump -d`` prints them."""

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
from vm.isa import ALU, JUMP, AtomicOp, ImmKind, Size
from vm.word import signed


def hexadecimal(value: int) -> str:
    """``0x5``, ``-0x5``."""
    return f"-{-value:#x}" if value < 0 else f"{value:#x}"


def _reg(bits: int, number: int) -> str:
    return f"{'w' if bits == 32 else 'r'}{number}"


def _operand(bits: int, source: Operand) -> str:
    return hexadecimal(source.value) if isinstance(source, Imm) else _reg(bits, source.n)


def _place(base: int, off: int) -> str:
    return f"r{base} {'-' if off < 0 else '+'} {abs(off):#x}"


def _memory(size: Size, base: int, off: int, sign: str = "u") -> str:
    return f"*({sign}{size.bits} *)({_place(base, off)})"


def _pointer(size: Size, base: int, off: int) -> str:
    return f"(u{size.bits} *)({_place(base, off)})"


def _width(size: Size) -> int:
    """The register class LLVM uses with an access: w registers below 8 bytes."""
    return 64 if size is Size.DW else 32


def _jump(off: int) -> str:
    return f"{'-' if off < 0 else '+'}{abs(off):#x}"


def text(insn: Instruction) -> str:
    """The instruction's text; ``<unknown>`` for what is none."""
    match insn:
        case Alu(op, bits, dst, src):
            symbol = ALU[op].symbol
            right = _operand(bits, src)
            return f"{_reg(bits, dst)} {symbol}{'' if symbol.endswith(')') else ' '}{right}"
        case Neg(bits, dst):
            return f"{_reg(bits, dst)} = -{_reg(bits, dst)}"
        case Endian(op, bits, dst):
            return f"r{dst} = {op}{bits} r{dst}"
        case AddrSpaceCast(dst, src, imm):
            return f"r{dst} = addr_space_cast(r{src}, {imm >> 16 & 0xFFFF:#x}, {imm & 0xFFFF:#x})"
        case Jump(op, bits, dst, src, off):
            return f"if {_reg(bits, dst)} {JUMP[op].symbol} {_operand(bits, src)} goto {_jump(off)}"
        case Goto(off, wide):
            return f"{'gotol' if wide else 'goto'} {_jump(off)}"
        case MayGoto(off):
            return f"may_goto {_jump(off)}"
        case Call(_, imm, _):
            return f"call {hexadecimal(imm)}"
        case CallX(reg):
            return f"callx r{reg}"
        case Exit():
            return "exit"
        case Invalid():
            return "<unknown>"
        case _:
            return _memory_text(insn)


_Access = Load | Store | Atomic | LoadAcquire | StoreRelease | LoadImm64 | LoadPacket


def _memory_text(insn: _Access) -> str:
    match insn:
        case Load(size, dst, src, off, signed=True):
            return f"r{dst} = {_memory(size, src, off, 's')}"
        case Load(size, dst, src, off):
            return f"{_reg(_width(size), dst)} = {_memory(size, src, off)}"
        case Store(size, dst, off, src):
            return f"{_memory(size, dst, off)} = {_operand(_width(size), src)}"
        case Atomic():
            return _atomic(insn)
        case LoadAcquire(size, dst, src, off):
            return f"{_reg(_width(size), dst)} = load_acquire({_pointer(size, src, off)})"
        case StoreRelease(size, dst, off, src):
            return f"store_release({_pointer(size, dst, off)}, {_reg(_width(size), src)})"
        case LoadImm64(dst, kind, _, _):
            value = signed(insn.value)
            if kind is ImmKind.VALUE:
                return f"r{dst} = {hexadecimal(value)} ll"
            return f"ld_pseudo\tr{dst}, {int(kind):#x}, {hexadecimal(value)}"
        case LoadPacket(size, src, imm):
            return f"r0 = *(u{size.bits} *)skb[{_packet(src, imm)}]"


def _packet(src: int | None, imm: int) -> str:
    # llvm-objdump writes skb[r1] whatever the constant is; that would say something else than the bytes.
    if src is None:
        return hexadecimal(imm)
    return _place(src, imm) if imm else f"r{src}"


def _atomic(insn: Atomic) -> str:
    bits = _width(insn.size)
    source, place = _reg(bits, insn.src), _place(insn.dst, insn.off)
    suffix = "_64" if bits == 64 else "32_32"
    match insn.op, insn.fetch:
        case AtomicOp.XCHG, _:
            return f"{source} = xchg{suffix}({place}, {source})"
        case AtomicOp.CMPXCHG, _:
            r0 = _reg(bits, 0)
            return f"{r0} = cmpxchg{suffix}({place}, {r0}, {source})"
        case op, True:
            return f"{source} = atomic_fetch_{op}({_pointer(insn.size, insn.dst, insn.off)}, {source})"
        case op, _:
            return f"lock {_memory(insn.size, insn.dst, insn.off)} {ALU_SYMBOL[op]} {source}"


ALU_SYMBOL = {AtomicOp.ADD: "+=", AtomicOp.OR: "|=", AtomicOp.AND: "&=", AtomicOp.XOR: "^="}
