"""What the next instruction is about to do, said before it runs."""

from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
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
from vm.story.moment import Moment, pc_part, reg, say, shown
from vm.story.part import Part, PartKind, Sentence
from vm.story.words import ALU_PLAN, QUESTION
from vm.uapi.helper_ids import helper_name


def asks(moment: Moment) -> Sentence:
    """One sentence in the present tense about the instruction at ``moment.pc``."""
    here = pc_part(moment.pc)
    match moment.insn:
        case Jump() as jump:
            return _question(moment, jump)
        case Alu(AluOp.MOV, _, dst, src):
            return say(here, " sets ", reg(dst), " to ", shown(moment.operand(src)))
        case Alu(op, _, dst, src):
            return say(here, *_plan(moment, op, dst, src))
        case Neg(_, dst):
            return say(here, " negates ", reg(dst))
        case Endian(_, bits, dst):
            return say(here, f" reorders the low {bits // 8} bytes of ", reg(dst))
        case Load(size, dst, _, _) | LoadAcquire(size, dst, _, _):
            return say(here, " reads ", _place(moment), f" ({_bytes(size.bytes)}) into ", reg(dst))
        case Store(src=src):
            return say(here, " writes ", shown(moment.operand(src)), " to ", _place(moment))
        case StoreRelease(src=register):
            return say(here, " writes ", shown(moment.operand(Reg(register))), " to ", _place(moment))
        case Atomic(op, _, _, _, src):
            return say(
                here, f" does an atomic {op} of ", shown(moment.operand(Reg(src))), " on ", _place(moment)
            )
        case LoadImm64(dst):
            return say(here, " puts a 64-bit constant into ", reg(dst))
        case LoadPacket(size, _, imm):
            return say(here, f" reads {_bytes(size.bytes)} of the packet from byte {imm}")
        case Goto(off):
            return say(here, " jumps to ", _label(moment, moment.pc + 1 + off))
        case MayGoto(off):
            return say(
                here,
                " stays in the loop, unless its budget is used up, then goes to ",
                _label(moment, moment.pc + 1 + off),
            )
        case Call(CallKind.HELPER, imm):
            return say(here, " calls ", Part(helper_name(imm) or f"helper {imm}", PartKind.HELPER))
        case Call(_, imm):
            return say(here, " calls ", _label(moment, moment.pc + 1 + imm))
        case CallX(n):
            return say(here, " calls the helper whose number is in ", reg(n))
        case Exit():
            return say(here, " ends with ", reg(0), " = ", shown(moment.value(0)))
        case _:
            return say(here, " holds no instruction")


def _question(moment: Moment, jump: Jump) -> Sentence:
    left, right = moment.value(jump.dst), moment.operand(jump.src)
    taken = holds(jump.op, left.word, right.word, jump.bits)
    target = _label(moment, moment.pc + 1 + jump.off if taken else moment.pc + 1)
    answer = (
        (" It is, so on to " if taken else " It is not, so on to ")
        if jump.op is not JumpOp.JSET
        else (" Some are, so on to " if taken else " None is, so on to ")
    )
    return say(
        pc_part(moment.pc),
        " asks whether ",
        shown(left),
        f" {QUESTION[jump.op]} ",
        shown(right),
        ".",
        answer,
        target,
    )


def _plan(moment: Moment, op: AluOp, dst: int, src: object) -> Sentence:
    operand = moment.operand(src)  # type: ignore[arg-type]
    head, tail = ALU_PLAN[op]
    if op in (AluOp.ADD, AluOp.SUB, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32):
        return say(head, shown(operand), tail, reg(dst))
    return say(head, reg(dst), tail, shown(operand))


def _place(moment: Moment) -> Part:
    name, kind = access_name(moment)
    return Part(name, kind)


def _label(moment: Moment, pc: int) -> Part:
    return Part(moment.names.label(pc), PartKind.LABEL, pc)


def _bytes(count: int) -> str:
    return f"{count} byte{'s' if count > 1 else ''}"
