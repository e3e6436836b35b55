"""What the next instruction is about to do, said before it runs."""

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, CallKind, JumpOp, holds
from vm.story.access import access_name
from vm.story.moment import Moment, pc_part, reg, shown
from vm.story.part import PartKind, Sentence, part
from vm.story.words import ALU_PLAN, QUESTION
from vm.uapi.helper_ids import helper_name


def is_settled(insn: Instruction | None) -> bool:
    """Whether the same is said of the instruction whatever the registers and the memory hold."""
    match insn:
        case Alu(src=Imm()) | Neg() | Endian() | LoadImm64() | LoadPacket() | Goto() | MayGoto() | Call():
            return True
        case _:
            return False


def asks(moment: Moment) -> Sentence:
    """One sentence in the present tense about the instruction at ``moment.pc``."""
    here = pc_part(moment.pc)
    match moment.insn:
        case Jump() as jump:
            return _question(moment, jump)
        case Alu(AluOp.MOV, _, dst, src):
            return f"{here} sets {reg(dst)} to {shown(moment.operand(src))}"
        case Alu(op, _, dst, src):
            return f"{here}{_plan(moment, op, dst, src)}"
        case Neg(_, dst):
            return f"{here} negates {reg(dst)}"
        case Endian(_, bits, dst):
            return f"{here} reorders the low {bits // 8} bytes of {reg(dst)}"
        case Load(size, dst, _, _) | LoadAcquire(size, dst, _, _):
            return f"{here} reads {_place(moment)} ({_bytes(size.bytes)}) into {reg(dst)}"
        case Store(src=src):
            return f"{here} writes {shown(moment.operand(src))} to {_place(moment)}"
        case StoreRelease(src=register):
            return f"{here} writes {shown(moment.operand(Reg(register)))} to {_place(moment)}"
        case Atomic(op, _, _, _, src):
            operand = shown(moment.operand(Reg(src)))
            return f"{here} does an atomic {op} of {operand} on {_place(moment)}"
        case LoadImm64(dst):
            return f"{here} puts a 64-bit constant into {reg(dst)}"
        case LoadPacket(size, _, imm):
            return f"{here} reads {_bytes(size.bytes)} of the packet from byte {imm}"
        case Goto(off):
            return f"{here} jumps to {_label(moment, moment.pc + 1 + off)}"
        case MayGoto(off):
            target = _label(moment, moment.pc + 1 + off)
            return f"{here} stays in the loop, unless its budget is used up, then goes to {target}"
        case Call(CallKind.HELPER, imm):
            return f"{here} calls {part(helper_name(imm) or f'helper {imm}', PartKind.HELPER)}"
        case Call(_, imm):
            return f"{here} calls {_label(moment, moment.pc + 1 + imm)}"
        case CallX(n):
            return f"{here} calls the helper whose number is in {reg(n)}"
        case Exit():
            return f"{here} ends with {reg(0)} = {shown(moment.value(0))}"
        case _:
            return f"{here} holds no instruction"


def _question(moment: Moment, jump: Jump) -> Sentence:
    left, right = moment.value(jump.dst), moment.operand(jump.src)
    taken = holds(jump.op, left.word, right.word, jump.bits)
    target = _label(moment, moment.pc + 1 + jump.off if taken else moment.pc + 1)
    answer = (
        (" It is, so on to " if taken else " It is not, so on to ")
        if jump.op is not JumpOp.JSET
        else (" Some are, so on to " if taken else " None is, so on to ")
    )
    question = f"{shown(left)} {QUESTION[jump.op]} {shown(right)}"
    return f"{pc_part(moment.pc)} asks whether {question}.{answer}{target}"


def _plan(moment: Moment, op: AluOp, dst: int, src: object) -> Sentence:
    operand = moment.operand(src)  # type: ignore[arg-type]
    head, tail = ALU_PLAN[op]
    if op in (AluOp.ADD, AluOp.SUB, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32):
        return f"{head}{shown(operand)}{tail}{reg(dst)}"
    return f"{head}{reg(dst)}{tail}{shown(operand)}"


def _place(moment: Moment) -> Sentence:
    name, kind = access_name(moment)
    return part(name, kind)


def _label(moment: Moment, pc: int) -> Sentence:
    return part(moment.names.label(pc), PartKind.LABEL, pc)


def _bytes(count: int) -> str:
    return f"{count} byte{'s' if count > 1 else ''}"
