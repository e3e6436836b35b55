"""A stretch of instructions as one Python function.

It begins at any slot and goes on, past conditional jumps that are not taken, to the first instruction that is
not simple. Jumps back to its own start stay inside, as long as there is fuel for the whole of it.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import CodeType
from typing import Any, Final

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
from vm.isa import REGISTERS, AluOp, AtomicOp, EndianOp, ImmKind, alu, atomic, endian
from vm.jit.fallback import templates as t
from vm.jit.fallback.code import Code, fill
from vm.memory.fault import MachineFault
from vm.memory.memory import Memory
from vm.word import MASK32, MASK64, mask

LONGEST: Final = 512
"""Instructions of one stretch."""
_ALU_OPS, _ATOMICS, _ENDIANS = tuple(AluOp), tuple(AtomicOp), tuple(EndianOp)
_FIRST_FETCHED = 0
Run = Callable[[list[int], int], tuple[int, int]]
"""Takes registers, which it changes, and fuel, enough for ``length``; where it stopped, and the fuel left."""


Insns = Sequence[Instruction | None]
Constants = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """The slots of a stretch, its text, and the text compiled."""

    pcs: tuple[int, ...]
    text: str
    code: CodeType


_MOST_KEPT: Final = 512
_kept: OrderedDict[tuple[int, Constants, int], tuple[Insns, _Compiled | None]] = OrderedDict()
"""By the identity of the instructions, which are kept so that it stays theirs."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What runs, for at least ``length`` of fuel, and the text it was made of."""

    run: Run
    length: int
    text: str


def made(insns: Insns, constants: Constants, start: int, names: Mapping[str, Any]) -> Stretch | None:
    """The stretch from ``start``; None where the first instruction is one to be handed back.

    ``constants`` gives the value of each ld_imm64 that is no number; ``names`` is ``surroundings`` of the
    memory.
    """
    found = _compiled(insns, constants, start)
    if found is None:
        return None
    scope: dict[str, Any] = {"__builtins__": {}, "PCS": found.pcs, **names}
    # Nothing a learner wrote is in the text: see vm.jit.fallback.code.
    exec(found.code, scope)  # noqa: S102
    return Stretch(scope["stretch"], len(found.pcs), found.text)


def _compiled(insns: Insns, constants: Constants, start: int) -> _Compiled | None:
    """The same for one packet after the other."""
    key = id(insns), constants, start
    if key in _kept:
        _kept.move_to_end(key)
        return _kept[key][1]
    pcs = tuple(_members(insns, dict(constants), start))
    found = None
    if pcs:
        text = _text(insns, dict(constants), pcs)
        found = _Compiled(pcs, text, compile(text, "<stretch>", "exec"))
    _kept[key] = insns, found
    while len(_kept) > _MOST_KEPT:
        _kept.popitem(last=False)
    return found


def surroundings(memory: Memory) -> dict[str, Any]:
    """All the names that a stretch can reach besides its own."""
    load, write, forget = memory.load, memory.store, memory.journal.clear

    def store(address: int, size: int, value: int) -> None:
        write(address, size, value)
        forget()  # nobody is told of changes, as of those of native code

    def rmw(op: int, address: int, size: int, src: int, r0: int) -> int:
        memory.check(address, size, write=True)
        old = load(address, size)
        store(address, size, atomic(_ATOMICS[op], old, src, r0 & mask(8 * size), 8 * size))
        return old

    return {
        "load": load,
        "store": store,
        "atomic": rmw,
        "alu": lambda op, dst, src, bits: alu(_ALU_OPS[op], dst, src, bits),
        "endian": lambda op, value, bits: endian(_ENDIANS[op], value, bits),
        "Fault": MachineFault,
        "M": MASK64,
        "W": MASK32,
        "S": 1 << 63,
        "T": 1 << 31,
    }


def _members(insns: Insns, constants: Mapping[int, int], start: int) -> Iterator[int]:
    """The slots of a stretch: up to a jump that is always taken, or what is not simple."""
    pc, count = start, 0
    while count < LONGEST and pc < len(insns):
        insn = insns[pc]
        if insn is None or not _is_simple(insn, pc, insns, constants):
            return
        yield pc
        if isinstance(insn, Goto):
            return
        pc, count = pc + width(insn), count + 1


def _is_simple(insn: Instruction, pc: int, insns: Insns, constants: Mapping[int, int]) -> bool:
    if any(n >= REGISTERS for n in _registers(insn)):
        return False
    match insn:
        case LoadImm64(kind=ImmKind.VALUE):
            return True
        case LoadImm64():
            return pc in constants
        case Jump() | Goto():
            to = pc + 1 + insn.off
            return 0 <= to < len(insns) and insns[to] is not None
        case Alu() | Neg() | Endian() | Load() | LoadAcquire() | Store() | StoreRelease() | Atomic():
            return True
        case _:
            return False


def _registers(insn: Instruction) -> set[int]:
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


def _text(insns: Insns, constants: Mapping[int, int], pcs: Sequence[int]) -> Code:
    present = [insn for pc in pcs if (insn := insns[pc]) is not None]
    used = sorted(set().union(*map(_registers, present)))
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
            return fill(t.ENDIAN, op=_ENDIANS.index(op), d=dst, bits=bits)
        case Alu(op, bits, dst, src):
            template = (t.ALU64 if bits == 64 else t.ALU32).get(op)
            if template is None:
                number = _ALU_OPS.index(op)
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
            number = _ATOMICS.index(insn.op)
            call = fill(t.ATOMIC, op=number, a=insn.dst, off=off, size=size, s=insn.src)
            if not insn.fetch:
                return call
            fetched = _FIRST_FETCHED if insn.op is AtomicOp.CMPXCHG else insn.src
            return fill(t.FETCH, d=fetched, call=call)
