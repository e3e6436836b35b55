"""Programs that no verifier saw: every kind of instruction a compiler can be given, with drawn operands."""

from dataclasses import replace
from random import Random

from tests.vm.asm.generate import MAKERS
from vm.encoding import encode
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Slot,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, CallKind, ImmKind, Size
from vm.jit.program import Insn, KernelAddress, KernelCall, PerCpuAddress, ProbedLoad, Rewritten, TailCall
from vm.jit.rewrite.budget import CLOCK

COMPILED = (
    Alu, Alu, Alu, Alu, Neg, Endian, Load, Load, Store, Store, Atomic, Atomic, LoadAcquire, StoreRelease,
    Jump, Jump, Jump, Goto, Call, LoadImm64, Exit,
)  # fmt: skip
_SHIFTS = (AluOp.LSH, AluOp.RSH, AluOp.ARSH)
_DIVISIONS = (AluOp.DIV, AluOp.MOD, AluOp.SDIV, AluOp.SMOD)
_KERNELS_OWN: tuple[Insn, ...] = (
    KernelCall("bpf_skb_pull_data"), KernelCall(CLOCK), PerCpuAddress(0, 0), PerCpuAddress(3, 8),
    KernelAddress(4, "jiffies_64"), ProbedLoad(Load(Size.W, 2, 7, 40)),
    ProbedLoad(Load(Size.B, 9, 1, 0, signed=True)), TailCall(direct=False), TailCall(direct=True),
)  # fmt: skip


def instruction(rnd: Random) -> Instruction:
    """One that has machine code; the verifier would have refused or rewritten what is left out."""
    while True:
        match MAKERS[rnd.choice(COMPILED)](rnd):
            case Alu(op, bits, _, Imm(value)) as insn if op in _SHIFTS:
                return replace(insn, src=Imm(value % bits))
            case Alu(op, _, _, Imm(0)) if op in _DIVISIONS:
                continue
            case LoadImm64(kind=ImmKind.FUNC):
                continue
            case Call(kind, imm) as insn:
                return (
                    replace(insn, kind=CallKind.HELPER, imm=imm % 100 + 1)
                    if kind is not CallKind.KFUNC
                    else insn
                )
            case insn:
                return insn


def program(seed: int, count: int = 300, *, kernels_own: bool = True) -> Rewritten:
    """``count`` instructions, those of the kernel too where asked for; every jump leads to one of them."""
    rnd = Random(seed)
    insns: list[Insn | None] = []
    for _ in range(count):
        own = kernels_own and rnd.random() < 0.03
        drawn: Insn = rnd.choice(_KERNELS_OWN) if own else instruction(rnd)
        insns += [drawn, None] if isinstance(drawn, LoadImm64) else [drawn]
    insns.append(Exit())
    places = [pc for pc, insn in enumerate(insns) if insn is not None]
    for pc in places:
        insn = insns[pc]
        if isinstance(insn, Jump | Goto):
            insns[pc] = replace(insn, off=rnd.choice(places) - pc - 1)
    depth = rnd.choice((0, 8, 16, 40, 512))
    slots = tuple(slot for insn in insns if insn is not None for slot in _slots(insn))
    return Rewritten(slots, tuple(insns), tuple(range(len(insns))), {0: depth}, frozenset({0}))


def _slots(insn: Insn) -> tuple[Slot, ...]:
    match insn:
        case KernelCall() | TailCall():
            return (Slot(0x85),)
        case PerCpuAddress(dst, src):
            return (Slot(0xBF, dst, src),)
        case KernelAddress(dst):
            return (Slot(0xB7, dst),)
        case ProbedLoad(load):
            return encode(load)
        case _:
            return encode(insn)
