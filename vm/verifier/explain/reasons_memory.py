"""Problem and reason in plain words: accesses to the packet, map values, records, the stack, and null."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vm.instruction import Atomic, Call, Store
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.naming import helper, span
from vm.verifier.explain.scene import Scene, sentence
from vm.verifier.register import Kind
from vm.word import signed

Told = tuple[str, str]
Teller = Callable[[Scene], Told]


def bytes_(first: int, count: int) -> str:
    """``bytes 14 to 17`` or ``byte 27``."""
    return f"byte {first}" if count == 1 else f"bytes {first} to {first + count - 1}"


def verb(scene: Scene) -> str:
    """What the instruction does to memory."""
    match scene.insn:
        case Store():
            return "writes"
        case Atomic():
            return "changes"
        case Call(imm=imm):
            return f"lets {helper(imm)} use"
        case _:
            return "reads"


def maybe_null(scene: Scene) -> Told:
    reg, held = scene.reg, scene.register(scene.reg)
    made = scene.last(K.MADE, K.ACQUIRED)
    why = "what returned it may have had nothing to return"
    if held is not None and held.kind is Kind.MAP_VALUE:
        why = f"map {scene.names.map_name(held.map)} may not hold the key that was looked up"
    elif held is not None and held.kind is Kind.MEM:
        why = "the ring buffer may have no room left"
    elif held is not None and held.kind in (Kind.SOCKET, Kind.SOCK_COMMON, Kind.TCP_SOCK):
        why = "there may be no such socket"
    came = f"r{reg} comes from {scene.at(made)}, and " if made else ""
    reason = (
        f"{came}{why}: then r{reg} is 0. {scene.here.capitalize()} {verb(scene)} memory through it "
        "without a test, and with 0 that would crash the kernel. The verifier wants a comparison with 0 "
        "on every way that leads here."
    )
    return f"r{reg} may be null at {scene.here}.", sentence(reason)


def argument_null(scene: Scene) -> Told:
    _, reason = maybe_null(scene)
    return f"{scene.word('helper')} would follow r{scene.reg}, which may be null.", reason


def packet_outside(scene: Scene) -> Told:
    reg, off, size = scene.reg, scene.number("off"), scene.number("size")
    got = scene.number("range")
    held = scene.register(reg)
    varies = held is not None and not held.value.is_const
    start = "the place the number added to it leads to" if varies else "the packet's start"
    takes = f"{scene.here.capitalize()} {verb(scene)} {bytes_(off, size)}, counted from {start}"
    if size <= 0:
        return (
            f"The access at {scene.here} has no bytes, or fewer than none.",
            f"{takes}: Linux wants at least one byte here.",
        )
    if got <= 0:
        problem = f"Nothing proves that the packet has {bytes_(off, size)}"
        lost = scene.last(K.LOST)
        if lost is not None:
            return f"{problem} any more.", sentence(f"{takes}. {sentence(lost.text)}")
        moved = next(
            (cause for cause in reversed(scene.causes) if "proved of the packet" in cause.text), None
        )
        if moved is not None:
            reason = (
                f"{takes}. At {scene.at(moved)}, a number was added to the pointer: {scene.holds(reg)}. A "
            )
            return f"{problem} behind that number.", (
                f"{reason}comparison with data_end made before says nothing of the new place; it needs "
                "its own."
            )
        branch = scene.last(K.BRANCH)
        if branch is not None:
            return f"{problem} on this way.", (
                f"{takes}. {sentence(branch.text)} That is the way on which the packet is too short."
            )
        return f"{problem}.", (
            f"{takes}. On the way that leads here no comparison with data_end holds for r{reg}, so the "
            "packet may be shorter, even empty."
        )
    check = scene.last(K.NARROWED)
    by = (
        f"The comparison at {scene.at(check)} proves only "
        if check
        else "Comparisons with data_end prove only "
    )
    over = off + size - got
    what = "one byte" if over == 1 else f"{over} bytes"
    problem = f"{scene.here.capitalize()} {verb(scene)} {what} past what is proved of the packet."
    return problem, (
        f"{takes}. {by}{bytes_(0, got)}: a packet of exactly {got} bytes passes it and has no byte {got}."
    )


def packet_past_end(scene: Scene) -> Told:
    reg = scene.reg
    check = scene.last(K.NARROWED)
    by = f" {sentence(check.text)}" if check else ""
    return (
        f"On this way r{reg} points at or behind the packet's end.",
        (
            f"{scene.here.capitalize()} {verb(scene)} memory through r{reg} on the way where the "
            f"comparison found no room.{by} The bytes exist on the other way out of that comparison."
        ),
    )


def negative_index(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"The number added to r{reg} may be negative.",
        (
            f"r{reg} is {scene.holds(reg)}. A negative number would lead before the start of the memory, "
            f"and {scene.here} {verb(scene)} it.{_number_from(scene)}"
        ),
    )


def unbounded(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"The number added to r{reg} has no upper bound.",
        (
            f"r{reg} is {scene.holds(reg)}. Nothing on the way here limits that number, so {scene.here} "
            f"could reach any memory.{_number_from(scene)}"
        ),
    )


def _number_from(scene: Scene) -> str:
    made = scene.last(K.LOADED, K.CALLED, K.RETURNED)
    return f" At {scene.at(made)}, {made.text}." if made else ""


def region(scene: Scene) -> Told:
    reg, off, size, limit = scene.reg, scene.number("off"), scene.number("size"), scene.number("limit")
    held = scene.register(reg)
    what = scene.word("region") or "memory"
    if held is not None and held.kind is Kind.MAP_VALUE:
        what = f"a value of map {scene.names.map_name(held.map)}"
    elif held is not None and held.kind is Kind.MEM:
        what = "the ring buffer record" if "ringbuf" in held.type_text else "the memory"
    elif held is not None and held.kind is Kind.MAP_KEY:
        what = f"a key of map {scene.names.map_name(held.map)}"
    has = f"{what} has {limit} bytes, 0 to {limit - 1}" if limit else f"{what} has no bytes"
    if off < 0:
        return (
            f"The access at {scene.here} begins before {what}.",
            sentence(f"{has}, and {scene.here} {verb(scene)} {size} bytes from {off} on.{_range(scene)}"),
        )
    over = off + size - limit
    past = "one byte" if over == 1 else f"{over} bytes"
    may = "may reach" if held is not None and not held.value.is_const else "reaches"
    return (
        f"The access at {scene.here} {may} {past} past the end of {what}.",
        sentence(f"{has}, and {scene.here} {verb(scene)} {bytes_(off, size)}.{_range(scene)}"),
    )


def _range(scene: Scene) -> str:
    held = scene.register(scene.reg)
    if held is None or held.value.is_const:
        return ""
    made = scene.last(K.NARROWED, K.LOADED)
    because = f" (since {scene.at(made)})" if made else ""
    return f" The number added to r{scene.reg} may be {span(held.value)}{because}."


def stack_outside(scene: Scene) -> Told:
    off, size = scene.number("off"), scene.number("size")
    held = scene.register(scene.reg)
    if held is not None and held.value.is_const:
        off += signed(held.value.value)
    last = off + size - 1
    where = f"{scene.here.capitalize()} {verb(scene)} bytes r10 {off:+d} to r10 {last:+d}"
    side = "above" if last >= 0 else "below"
    return (
        f"The access at {scene.here} lies {side} the stack.",
        (
            f"{where}. A function's stack is the 512 bytes from r10 - 512 to r10 - 1: r10 points just "
            f"behind it, so the highest place for {size} bytes is r10 - {size}."
        ),
    )


def stack_variable(scene: Scene) -> Told:
    reg, size = scene.reg, scene.number("size")
    held = scene.register(reg)
    places = "anywhere"
    what = "the byte" if size == 1 else f"the {size} bytes" if size else "the bytes"
    if held is not None:
        off = held.off
        low, high = held.value.smin + off, held.value.smax + off + size - 1
        places = f"from r10 {low:+d} to r10 {high:+d}" if low > -(1 << 30) and high < 1 << 30 else "anywhere"
    return (
        f"The access at {scene.here} may lie outside of the stack.",
        (
            f"r{reg} is {scene.holds(reg)}: {what} may lie {places}. All of r10 - 512 to r10 - 1 is stack, "
            f"and nothing else.{_number_from(scene)}"
        ),
    )


def stack_unset(scene: Scene) -> Told:
    off, size = scene.number("off"), scene.number("size")
    index = scene.number("index") if "index" in scene.details else scene.number("byte")
    where = f"r10 {off + index:+d}" if "off" in scene.details else "one of them"
    who = "The instruction"
    if isinstance(scene.insn, Call):
        who = helper(scene.insn.imm)
    missing = scene.last(K.SKIPPED)
    skipped = f" {sentence(missing.text)}" if missing else ""
    return (
        f"Byte {index} of the {size} bytes read from the stack is not set.",
        (
            f"{who} reads {size} bytes from r10 {off:+d} on at {scene.here}, and nothing on this way has "
            f"written the byte at {where}. What is left there from other functions must not leak.{skipped}"
        ),
    )


def misaligned(scene: Scene) -> Told:
    reg, size = scene.reg, scene.number("size")
    return (
        f"The access at {scene.here} is not aligned.",
        (
            f"An access of {size} bytes must begin at a multiple of {size}; r{reg} is {scene.holds(reg)}, "
            "and the instruction adds its own offset."
        ),
    )


MEMORY: Final[Mapping[str, Teller]] = MappingProxyType({
    "mem-maybe-null": maybe_null,
    "argument-null": argument_null,
    "packet-outside": packet_outside,
    "packet-past-end": packet_past_end,
    "negative-index": negative_index,
    "unbounded": unbounded,
    "map-value-min": region,
    "map-value-max": region,
    "map-key-min": region,
    "map-key-max": region,
    "region-min": region,
    "region-max": region,
    "stack-outside": stack_outside,
    "stack-straddles": stack_outside,
    "stack-variable": stack_variable,
    "stack-variable-straddles": stack_variable,
    "stack-unbounded": stack_variable,
    "stack-argument-unset": stack_unset,
    "unreadable-stack": stack_unset,
    "stack-never-written": stack_unset,
    "misaligned": misaligned,
    "misaligned-packet": misaligned,
})  # fmt: skip
