"""The text of a stretch: the templates of its instructions, filled in."""

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Final

from vm.instruction import (
    Alu,
    Atomic,
    Endian,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Operand,
    Store,
    StoreRelease,
    width,
)
from vm.isa import AluOp, AtomicOp, EndianOp, ImmKind
from vm.jit.fallback import templates as t
from vm.jit.fallback.code import Code, fill
from vm.word import mask

ALU_OPS: Final = tuple(AluOp)
ATOMICS: Final = tuple(AtomicOp)
ENDIANS: Final = tuple(EndianOp)
"""Operations by the numbers that stand for them in the text."""
_FIRST_FETCHED = 0
Insns = Sequence[Instruction | None]


def registers_of(insn: Instruction) -> set[int]:
    """The registers an instruction names."""
    found: set[int] = set()
    for name in ("dst", "src"):
        operand = getattr(insn, name, None)
        if isinstance(operand, int):
            found.add(int(operand))
        elif operand is not None and not isinstance(operand, Imm):
            found.add(int(operand.n))
    return found | ({0} if isinstance(insn, Atomic) else set())


def _joined(parts: Iterator[Code]) -> Code:
    return reduce(lambda a, b: fill(t.JOINED, a=a, b=b), parts, fill(""))


def text_of(insns: Insns, constants: Mapping[int, int], pcs: Sequence[int]) -> Code:
    """The function of a stretch that is made of the instructions at ``pcs``."""
    present = [insn for pc in pcs if (insn := insns[pc]) is not None]
    used = sorted(set().union(*map(registers_of, present)))
    body = _joined(part for n, pc in enumerate(pcs) for part in _lines(insns, constants, pcs, n, pc))
    last = insns[pcs[-1]]
    if last is not None and not isinstance(last, Goto):
        behind = pcs[-1] + width(last)
        body = fill(t.JOINED, a=body, b=fill(t.LEAVE, to=behind, count=len(pcs)))
    read = _joined(fill(t.READ, n=n) for n in used)
    write = _joined(fill(t.WRITE, n=n) for n in used)
    return fill(t.FUNCTION, read=read, body=body, write=write)


def _lines(
    insns: Insns,
    constants: Mapping[int, int],
    pcs: Sequence[int],
    n: int,
    pc: int,
) -> Iterator[Code]:
    """The lines of the ``n``-th instruction of a stretch."""
    insn = insns[pc]
    match insn:
        case Jump():
            to, test = pc + 1 + insn.off, _test(insn)
            if to == pcs[0]:
                yield fill(t.AGAIN_IF, test=test, count=n + 1, all=len(pcs), to=to)
            else:
                yield fill(t.LEAVE_IF, test=test, count=n + 1, to=to)
        case Goto():
            to = pc + 1 + insn.off
            if to == pcs[0]:
                yield fill(t.AGAIN, count=n + 1, all=len(pcs), to=to)
            else:
                yield fill(t.LEAVE, count=n + 1, to=to)
        case Load() | LoadAcquire() | Store() | StoreRelease() | Atomic():
            yield fill(t.AT, n=n)
            yield fill(t.LINE, code=_access(insn))
        case LoadImm64():
            value = insn.value if insn.kind is ImmKind.VALUE else constants[pc]
            yield fill(t.LINE, code=fill(t.SET, d=insn.dst, value=int(value)))
        case Alu() | Neg() | Endian():
            yield fill(t.LINE, code=_arithmetic(insn))
        case _:
            raise AssertionError(f"slot {pc} is not simple")


def _operand(operand: Operand, bits: int) -> Code:
    if isinstance(operand, Imm):
        return fill(t.NUMBER, n=operand.word & mask(bits))
    return fill(t.REGISTER if bits == 64 else t.LOW_HALF, n=operand.n)


def _arithmetic(insn: Alu | Neg | Endian) -> Code:
    match insn:
        case Neg(bits, dst):
            return fill(t.NEGATE[bits], d=dst)
        case Endian(op, bits, dst):
            return fill(t.ENDIAN, op=ENDIANS.index(op), d=dst, bits=bits)
        case Alu(op, bits, dst, src):
            template = (t.ALU64 if bits == 64 else t.ALU32).get(op)
            if template is None:
                number = ALU_OPS.index(op)
                return fill(t.ALU_OTHER, op=number, d=dst, s=_operand(src, bits), bits=bits)
            return fill(template, d=dst, s=_operand(src, bits))


def _test(insn: Jump) -> Code:
    a = fill(t.REGISTER if insn.bits == 64 else t.LOW_HALF, n=insn.dst)
    b = _operand(insn.src, insn.bits)
    if insn.op in t.UNSIGNED:
        return fill(t.UNSIGNED[insn.op], a=a, b=b)
    return fill(t.SIGNED[insn.op], a=a, b=b, f=1 << (insn.bits - 1))


def _access(insn: Load | LoadAcquire | Store | StoreRelease | Atomic) -> Code:
    size, off = insn.size.bytes, insn.off
    match insn:
        case Load(signed=True):
            low, sign = mask(8 * size), 1 << (8 * size - 1)
            return fill(t.LOAD_SIGNED, d=insn.dst, a=insn.src, off=off, size=size, low=low, sign=sign)
        case Load() | LoadAcquire():
            return fill(t.LOAD, d=insn.dst, a=insn.src, off=off, size=size)
        case Store():
            return fill(t.STORE, a=insn.dst, off=off, size=size, s=_operand(insn.src, 64))
        case StoreRelease():
            return fill(t.STORE, a=insn.dst, off=off, size=size, s=fill(t.REGISTER, n=insn.src))
        case Atomic():
            number = ATOMICS.index(insn.op)
            call = fill(t.ATOMIC, op=number, a=insn.dst, off=off, size=size, s=insn.src)
            if not insn.fetch:
                return call
            fetched = _FIRST_FETCHED if insn.op is AtomicOp.CMPXCHG else insn.src
            return fill(t.FETCH, d=fetched, call=call)
