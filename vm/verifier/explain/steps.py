"""What each instruction of the path did to what is wanted, in words, and what is wanted before it."""

from collections.abc import Iterator
from typing import Final

from vm.helpers.table import HELPERS
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Exit,
    Imm,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import ALU, AluOp, CallKind
from vm.verifier.explain.change import Back, Change, Found, Key
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.learnt import learnt
from vm.verifier.explain.naming import Names, helper, plus
from vm.verifier.register import PACKET_KINDS, Kind, Register
from vm.word import signed

_MOVES: Final = frozenset({AluOp.MOV, AluOp.MOVSX8, AluOp.MOVSX16, AluOp.MOVSX32})
_PACKET: Final = PACKET_KINDS | {Kind.PACKET_END}


def change_of(change: Change, back: Back) -> Iterator[Found]:
    """The steps of this instruction; ``back`` goes on to what was wanted before it."""
    match change.insn:
        case Alu() | Neg() | Endian():
            yield from _alu(change, back, change.insn)
        case LoadImm64(dst=dst):
            yield from _made(change, back, dst)
        case Load() | LoadAcquire():
            yield from _load(change, back, change.insn)
        case Store() | StoreRelease():
            yield from _store(change, back, change.insn)
        case Atomic(src=src, fetch=True):
            yield from _made(change, back, src, "is what was in memory before")
        case Jump():
            yield from _jump(change, back, change.insn)
        case Call():
            yield from _call(change, back, change.insn)
        case Exit():
            yield from _return(change, back)
        case _:
            return


def _reg(change: Change, n: int) -> Key:
    return (True, change.depth, n)


def _value(change: Change, key: Key) -> str:
    reg = change.now(key)
    return change.names.value(reg) if reg is not None else "something"


def _made(change: Change, back: Back, n: int, how: str = "") -> Iterator[Found]:
    key = _reg(change, n)
    if key in back.wanted:
        back.swap(key)
        yield Found(K.MADE, f"r{n} {how or 'is set to ' + _value(change, key)}", n)


# -- arithmetic --------------------------------------------------------------------------------------------


def _alu(change: Change, back: Back, insn: Alu | Neg | Endian) -> Iterator[Found]:
    dst = _reg(change, insn.dst)
    if dst not in back.wanted:
        return
    if isinstance(insn, Alu) and insn.op in _MOVES:
        yield from _move(change, back, insn, dst)
        return
    text = f"`{change.names.text(change.pc)}` makes r{insn.dst} {_value(change, dst)}"
    old, new = change.was(dst), change.now(dst)
    if isinstance(insn, Alu) and isinstance(insn.src, Reg) and old is not None:
        src = _reg(change, insn.src.n)
        other = change.was(src)
        if other is not None and (other.kind is not Kind.SCALAR or not other.value.is_const):
            back.wanted.add(src)
            if old.kind is not Kind.SCALAR and other.kind is Kind.SCALAR:
                text += f": r{insn.src.n} is {change.names.value(other)}"
    if old is not None and new is not None and old.range > 0 == new.range and new.kind in PACKET_KINDS:
        text += "; what was proved of the packet before does not hold for the new place"
    if isinstance(insn, Alu) and old is not None and new is not None and _lost_pointer(old, new):
        text = f"`{change.names.text(change.pc)}` leaves only a number in r{insn.dst}: {_why_lost(insn)}"
        yield Found(K.LOST, text, insn.dst)
        return
    yield Found(K.CHANGED, text, insn.dst)


def _lost_pointer(old: Register, new: Register) -> bool:
    return old.kind not in (Kind.SCALAR, Kind.NOT_INIT) and new.kind is Kind.SCALAR


def _why_lost(insn: Alu) -> str:
    if insn.bits == 32:
        return "32-bit arithmetic keeps half of an address"
    return f"an address after {ALU[insn.op].symbol} is no pointer any more"


def _move(change: Change, back: Back, insn: Alu, dst: Key) -> Iterator[Found]:
    if isinstance(insn.src, Imm):
        back.swap(dst)
        yield Found(K.MADE, f"r{insn.dst} is set to {_value(change, dst)}", insn.dst)
        return
    src = _reg(change, insn.src.n)
    old, new = change.was(src), change.now(dst)
    back.swap(dst, src)
    if old is not None and new is not None and _lost_pointer(old, new):
        yield Found(
            K.LOST,
            f"`{change.names.text(change.pc)}` copies only half of the address in r{insn.src.n}: "
            f"r{insn.dst} is a number",
            insn.dst,
        )
        return
    yield Found(K.COPIED, f"r{insn.dst} becomes a copy of r{insn.src.n}: {_value(change, dst)}", insn.dst)


# -- memory ------------------------------------------------------------------------------------------------


def stack_slots(pointer: Register, off: int, size: int) -> range:
    """The 8-byte slots that an access through a stack pointer with a constant offset touches."""
    start = pointer.off + signed(pointer.value.value) + off
    return range((-start - size) // 8, (-start - 1) // 8 + 1)


def _load(change: Change, back: Back, insn: Load | LoadAcquire) -> Iterator[Found]:
    dst = _reg(change, insn.dst)
    pointer = change.was(_reg(change, insn.src))
    if dst not in back.wanted or pointer is None:
        return
    value = _value(change, dst)
    if pointer.kind is Kind.STACK and pointer.value.is_const:
        slots = [(False, pointer.frame, at) for at in stack_slots(pointer, insn.off, insn.size.bytes)]
        back.swap(dst, *slots)
        place = f"r10{plus(pointer._replace(off=pointer.off + insn.off))}"
        yield Found(K.FILLED, f"r{insn.dst} is read back from the stack at {place}: {value}", insn.dst)
        return
    back.swap(dst)
    yield Found(K.LOADED, f"r{insn.dst} is read from {_source(change, pointer, insn)}: {value}", insn.dst)


def _source(change: Change, pointer: Register, insn: Load | LoadAcquire) -> str:
    names, size = change.names, insn.size.bytes
    off = pointer.off + insn.off
    count = "1 byte" if size == 1 else f"{size} bytes"
    match pointer.kind:
        case Kind.CTX:
            return f"the context's `{names.context_field(off)}`"
        case Kind.PACKET if pointer.value.is_const:
            field = names.packet_field(off, size)
            return f"{field + ', ' if field else ''}{count} of the packet at {off}"
        case Kind.PACKET | Kind.PACKET_META:
            return f"the packet ({count})"
        case Kind.MAP_VALUE:
            spec = names.map(pointer.map)
            field = names.value_field(spec, off) if spec and pointer.value.is_const else ""
            return f"{field + ' of ' if field else ''}a value of map {names.map_name(pointer.map)} ({count})"
        case _:
            return f"{names.value(pointer)} ({count})"


def _store(change: Change, back: Back, insn: Store | StoreRelease) -> Iterator[Found]:
    pointer = change.was(_reg(change, insn.dst))
    if pointer is None or pointer.kind is not Kind.STACK:
        return
    if not pointer.value.is_const:
        for key in [key for key in back.wanted if not key[0] and change.was(key) != change.now(key)]:
            back.swap(key)
            yield Found(K.CHANGED, f"`{change.names.text(change.pc)}` may overwrite it, wherever it goes")
        return
    slots = {(False, pointer.frame, at) for at in stack_slots(pointer, insn.off, insn.size.bytes)}
    hit = slots & back.wanted
    if not hit:
        return
    place = f"r10{plus(pointer._replace(off=pointer.off + insn.off))}"
    source = Reg(insn.src) if isinstance(insn.src, int) else insn.src
    if isinstance(source, Imm):
        back.swap(*hit) if len(hit) == 1 else back.wanted.difference_update(hit)
        yield Found(K.SPILLED, f"the constant {source.value} is stored on the stack at {place}")
        return
    back.wanted.difference_update(hit)
    back.wanted.add(_reg(change, source.n))
    held = change.was(_reg(change, source.n))
    what = change.names.value(held) if held is not None else "its value"
    yield Found(K.SPILLED, f"r{source.n} is saved on the stack at {place}: {what}", source.n)


# -- control -----------------------------------------------------------------------------------------------


def _jump(change: Change, back: Back, insn: Jump) -> Iterator[Found]:
    taken = change.after.pc != change.pc + 1
    told: set[str] = set()
    for key in sorted(back.wanted):
        old, new = change.was(key), change.now(key)
        if old is None or new is None or old == new:
            continue
        text = learnt(change.names, key, old, new)
        if text and text not in told:
            told.add(text)
            null = old.maybe_null and not new.maybe_null
            kind = K.TESTED if null else K.NARROWED
            way = way_taken(change.names, change.pc, insn, taken)
            yield Found(kind, f"{way}: {text}", key[2] if key[0] else None)


def way_taken(names: Names, pc: int, insn: Jump, taken: bool) -> str:
    """Which way the path went at a comparison."""
    test = names.text(pc)
    if taken:
        return f"`{test}` is taken, to {names.target(pc + 1 + insn.off)}"
    return f"`{test}` is not taken"


def _call(change: Change, back: Back, insn: Call) -> Iterator[Found]:
    if insn.kind is CallKind.LOCAL or len(change.new) > len(change.old):
        yield from _enter(change, back, insn)
        return
    name = helper(insn.imm)
    for key in sorted(back.wanted):
        is_reg, frame, n = key
        if is_reg and frame == change.depth and n < 6:
            back.swap(key)
            yield _after_call(change, key, insn, name)
        elif change.was(key) != change.now(key):
            yield from _lost_by_call(change, back, key, name)


def _after_call(change: Change, key: Key, insn: Call, name: str) -> Found:
    n, new = key[2], change.now(key)
    if n or new is None or new.kind is Kind.NOT_INIT:
        nothing = f"{name} returns nothing in r0" if not n else f"{name} leaves r1 to r5 without a value"
        return Found(K.WIPED, f"the call of {nothing}", n)
    row = HELPERS.get(insn.imm)
    kind = K.ACQUIRED if new.ref and row is not None else K.MADE
    return Found(kind, f"{name} returns {change.names.value(new)}, in r0", 0)


def _lost_by_call(change: Change, back: Back, key: Key, name: str) -> Iterator[Found]:
    is_reg, _, n = key
    old, new = change.was(key), change.now(key)
    if old is None or new is None:
        return
    where = f"r{n}" if is_reg else f"what is saved at r10 - {8 * (n + 1)}"
    back.swap(key)
    if old.kind in _PACKET:
        yield Found(
            K.LOST,
            f"{name} may move the packet, so {where}, a pointer into it, is worthless behind the call",
            n if is_reg else None,
        )
    elif old.ref and not new.ref:
        yield Found(
            K.RELEASED,
            f"{name} gives back what {where} belongs to: the pointer is worthless from here on",
            n if is_reg else None,
        )
    else:
        yield Found(
            K.CHANGED, f"{name} may write there: {where} is {change.names.value(new)}", n if is_reg else None
        )


def _enter(change: Change, back: Back, insn: Call) -> Iterator[Found]:
    inner = change.depth + 1
    if len(change.new) <= inner:
        return
    by_helper = insn.kind is not CallKind.LOCAL
    name = helper(insn.imm) if by_helper else change.names.function(change.pc + 1 + insn.imm)
    for key in sorted(back.wanted):
        is_reg, frame, n = key
        if not is_reg or frame != inner:
            continue
        if by_helper:
            back.swap(key)
            yield (
                Found(K.CALLED, f"{name} calls the function with {_value(change, key)} in r{n}", n)
                if 0 < n < 6
                else Found(K.CALLED, f"the called function begins without a value in r{n}", n)
            )
        elif 0 < n < 6:
            back.swap(key, (True, change.depth, n))
            yield Found(K.CALLED, f"{name} is called with {_value(change, key)} in r{n}", n)
        else:
            back.swap(key)
            yield Found(K.CALLED, f"{name} begins without a value in r{n}", n)


def _return(change: Change, back: Back) -> Iterator[Found]:
    outer = change.depth - 1
    for key in sorted(back.wanted):
        is_reg, frame, n = key
        if not is_reg or frame != outer or n > 5 or outer < 0:
            continue
        if n == 0:
            back.swap(key, (True, change.depth, 0))
            yield Found(K.RETURNED, f"the called function returns {_value(change, key)}", 0)
        else:
            back.swap(key)
            yield Found(K.WIPED, f"the call leaves r{n} without a value", n)
