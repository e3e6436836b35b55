"""What an instruction just did: the sentence, the mark, the inline note and the event line."""

from collections.abc import Callable

from vm.change import Emitted, FrameLeft, MemoryChanged, OutputKind
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Endian,
    Exit,
    Goto,
    Imm,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    MayGoto,
    Neg,
    Operand,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, AtomicOp, CallKind, JumpOp, holds
from vm.memory.region import RegionKind
from vm.story.access import access_name, place_of, reads
from vm.story.calls import tell_call
from vm.story.moment import Moment, pc_part, reg, shown
from vm.story.part import Lane, Mark, PartKind, Sentence, Told, part
from vm.story.words import ALU_DID, ENDIAN_DID, FAILS, HOLDS, QUESTION, SOURCE_FIRST

_LANE = {
    RegionKind.STACK: (Lane.STACK, "stk"),
    RegionKind.MAP_VALUE: (Lane.MAP, "map"),
    RegionKind.PACKET: (Lane.READS, "pkt"),
    RegionKind.CTX: (Lane.READS, "ctx"),
}


def tell(moment: Moment, verdict_name: Callable[[int], str]) -> Told:
    """The told step. ``verdict_name`` says what a return value means (``XDP_PASS``)."""
    if moment.fault is not None:
        return _fault(moment)
    here = pc_part(moment.pc)
    match moment.insn:
        case Alu() as insn:
            return _alu(moment, insn)
        case Jump() as insn:
            return _jump(moment, insn)
        case Load(_, dst, _, _) | LoadAcquire(_, dst, _, _):
            return _load(moment, dst)
        case Store(src=src):
            return _store(moment, src)
        case Neg(_, dst):
            return Told(
                f"{here} negated {reg(dst)}{_now(moment, dst)}", note=moment.value(dst, after=True).text
            )
        case Endian(op, _, dst):
            return Told(
                f"{here}{ENDIAN_DID[op]}{reg(dst)}{_now(moment, dst)}",
                note=moment.value(dst, after=True).text,
            )
        case LoadPacket():
            return _load(moment, 0)
        case StoreRelease(src=register):
            return _store(moment, Reg(register))
        case Atomic() as insn:
            return _atomic(moment, insn)
        case LoadImm64(dst):
            value = moment.value(dst, after=True)
            return Told(f"{here} put {shown(value)} into {reg(dst)}", note=value.text)
        case Goto() | MayGoto():
            return Told(f"{here} went on to {part(moment.label_after, PartKind.LABEL)}")
        case Call(CallKind.HELPER) | CallX():
            return tell_call(moment)
        case Call():
            label = part(moment.label_after, PartKind.LABEL)
            return Told(f"{here} called {label}", mark=Mark(Lane.CONTROL, "call", moment.label_after))
        case Exit():
            return _exit(moment, verdict_name)
        case _:
            return Told(f"{here} did nothing")


def _now(moment: Moment, register: int) -> Sentence:
    before, after = moment.value(register), moment.value(register, after=True)
    return f": {part(f'{before.text} → {after.text}', PartKind.CHANGE)}"


def _alu(moment: Moment, insn: Alu) -> Told:
    operand, after = moment.operand(insn.src), moment.value(insn.dst, after=True)
    head, tail = ALU_DID[insn.op]
    here = pc_part(moment.pc)
    if insn.op is AluOp.MOV:
        source = f" (from {reg(insn.src.n)})" if isinstance(insn.src, Reg) else ""
        return Told(f"{here} set {reg(insn.dst)} to {shown(after)}{source}", note=after.text)
    if insn.op in SOURCE_FIRST:
        words = f"{here}{head}{shown(operand)}{tail}{reg(insn.dst)}"
    else:
        words = f"{here}{head}{reg(insn.dst)}{tail}{shown(operand)}"
    return Told(f"{words}{_now(moment, insn.dst)}", note=after.text)


def _load(moment: Moment, dst: int) -> Told:
    seen = reads(moment)
    name, tint = (
        (seen[0].name, PartKind.PKT) if isinstance(moment.insn, LoadPacket) and seen else access_name(moment)
    )
    value = moment.value(dst, after=True)
    text = _typed_read(moment) or value.text
    got = f"{part(name, tint)}, {part(text, PartKind.NUM)}"
    words = f"{pc_part(moment.pc)} read {got}, into {reg(dst)}"
    kind = seen[0].region if seen else "num"
    lane = {"stk": Lane.STACK, "map": Lane.MAP}.get(kind, Lane.READS)
    mark_kind = "end" if value.kind == "end" else kind if kind in ("ctx", "pkt", "stk", "map") else "num"
    return Told(words, seen, Mark(lane, mark_kind, _leaf(name)), text, f"read {name} = {text}")


def _typed_read(moment: Moment) -> str:
    """A packet field's own text (``203.0.113.7``) when exactly one whole field was read."""
    found = place_of(moment)
    if found is None or found[0].region.kind is not RegionKind.PACKET:
        return ""
    place, size = found
    return moment.names.field(place.off - moment.names.bounds()[1], size)[1]


def _leaf(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _written(moment: Moment) -> MemoryChanged | None:
    return next((change for change in moment.changes if isinstance(change, MemoryChanged)), None)


def _store(moment: Moment, src: Operand) -> Told:
    name, tint = access_name(moment)
    change = _written(moment)
    data = change.after.hex(" ") if change else ""
    value = moment.operand(src)
    came = f": {data}" if data else ""
    words = f"{pc_part(moment.pc)} wrote {shown(value)} to {part(name, tint)}{came}"
    found = place_of(moment)
    lane, kind = _LANE.get(found[0].region.kind, (Lane.STACK, "num")) if found else (Lane.STACK, "num")
    text = f"{_bare(change)}" if lane is Lane.MAP and change else _leaf(name)
    event = f"{name} ← {data or value.text}"
    return Told(words, (), Mark(lane, kind, text, write=True), data, event)


def _bare(change: MemoryChanged) -> str:
    before, after = (int.from_bytes(side, "little") for side in (change.before, change.after))
    return f"{before}→{after}"


def _atomic(moment: Moment, insn: Atomic) -> Told:
    name, tint = access_name(moment)
    change = _written(moment)
    delta = _bare(change).replace("→", " → ") if change else "unchanged"
    operand = moment.operand(Reg(insn.src))
    did = {
        AtomicOp.ADD: " added ",
        AtomicOp.XCHG: " exchanged ",
        AtomicOp.CMPXCHG: " compared and exchanged ",
    }
    joint = " to " if insn.op is AtomicOp.ADD else " with "
    words = f"{pc_part(moment.pc)}{did.get(insn.op, f' did an atomic {insn.op} of ')}{shown(operand)}{joint}"
    words += f"{part(name, tint)}: {part(delta, PartKind.CHANGE)}"
    if insn.fetch:
        target = 0 if insn.op is AtomicOp.CMPXCHG else insn.src
        words += f", and left the old value, {shown(moment.value(target, after=True))}, in {reg(target)}"
    found = place_of(moment)
    lane, kind = _LANE.get(found[0].region.kind, (Lane.MAP, "num")) if found else (Lane.MAP, "num")
    mark = Mark(lane, kind, delta.replace(" ", ""), True)
    return Told(words, reads(moment), mark, delta, f"{name} {delta}")


def _jump(moment: Moment, jump: Jump) -> Told:
    left, right = moment.value(jump.dst), moment.operand(jump.src)
    taken = holds(jump.op, left.word, right.word, jump.bits)
    is_so = "yes" if taken else "no"
    question = f"{shown(left)} {QUESTION[jump.op]} {shown(right)}"
    target = part(moment.label_after, PartKind.LABEL)
    words = f"{pc_part(moment.pc)} asked whether {question}: {is_so}, so on to {target}"
    way = f"jumps to {moment.label_after}" if taken else "falls through"
    symbol = (HOLDS if taken else FAILS)[jump.op]
    event = _null_check(jump, left.word, taken) or f"{left.text} {symbol} {right.text}, {way}"
    return Told(words, (), Mark(Lane.CONTROL, "branch", "", taken=taken), f"{is_so}, {way}", event)


def _null_check(jump: Jump, word: int, taken: bool) -> str:
    if jump.op not in (JumpOp.JEQ, JumpOp.JNE) or jump.src != Imm(0):
        return ""
    verb = "jumps" if taken else "falls through"
    return f"r{jump.dst} is {'0' if word == 0 else 'not 0'}, {verb}"


def _exit(moment: Moment, verdict_name: Callable[[int], str]) -> Told:
    value = moment.value(0)
    if any(isinstance(change, FrameLeft) for change in moment.changes):
        back = part(moment.label_after, PartKind.LABEL)
        words = f"{pc_part(moment.pc)} returned {shown(value)} to {back}"
        return Told(
            words, mark=Mark(Lane.CONTROL, "exit", "return"), note=value.text, event=f"return {value.text}"
        )
    verdict = verdict_name(value.word)
    named = f", {verdict}" if verdict else ""
    told = part(named, PartKind.VERDICT) if named else ""
    words = f"{pc_part(moment.pc)} ended the program with r0 = {shown(value)}{told}"
    return Told(
        words,
        mark=Mark(Lane.CONTROL, "exit", "exit"),
        note=verdict,
        event=f"exit with r0 = {value.text}{named}",
    )


def _fault(moment: Moment) -> Told:
    message = moment.fault.message if moment.fault else ""
    words = f"{pc_part(moment.pc)} failed: {part(message, PartKind.FAULT)}"
    return Told(words, mark=Mark(Lane.CONTROL, "fault", "fault"), note="fault", event=f"fault: {message}")


def outputs(moment: Moment) -> tuple[str, ...]:
    """What the step sent to trace_pipe, for the event line."""
    return tuple(
        change.data.decode("utf-8", "replace")
        for change in moment.changes
        if isinstance(change, Emitted) and change.kind is OutputKind.TRACE_PIPE
    )
