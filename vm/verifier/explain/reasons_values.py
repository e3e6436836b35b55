"""Problem and reason in plain words: what registers hold, arguments, returned values, uninitialised "
"things."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from vm.helpers.table import HELPERS
from vm.instruction import Alu, Call, Load, Reg, Store
from vm.verifier.explain.explanation import CauseKind as K
from vm.verifier.explain.naming import helper
from vm.verifier.explain.reasons_memory import Teller, Told, verb
from vm.verifier.explain.scene import Scene, sentence


def _why_unset(scene: Scene) -> Told:
    """The problem, and why the register has no value."""
    reg, here = scene.reg, scene.here
    wiped, skipped, lost = scene.last(K.WIPED), scene.last(K.SKIPPED), scene.last(K.LOST)
    if wiped is not None:
        why = f"At {scene.at(wiped)}, {wiped.text}: calls use up r1 to r5, and keep r6 to r9."
        return f"r{reg} holds nothing any more at {here}.", why
    if lost is not None:
        return f"r{reg} holds nothing any more at {here}.", sentence(lost.text)
    if skipped is not None:
        return f"r{reg} is not set on every way to {here}.", sentence(skipped.text)
    if scene.last(K.CALLED) is not None and scene.frame is not None and scene.frame.frameno:
        why = "A called function begins with its arguments in r1 to r5 and with nothing in the others."
        return f"r{reg} is not set in this function.", why
    why = "Nothing on the way has set it; at the start only r1 (the context) and r10 (the stack) are set."
    return f"r{reg} is read before it is set.", why


def not_readable(scene: Scene) -> Told:
    problem, why = _why_unset(scene)
    return problem, f"`{scene.names.text(scene.pc)}` at {scene.here} reads r{scene.reg}. {why}"


def return_unset(scene: Scene) -> Told:
    problem, why = _why_unset(scene)
    if "before it is set" in problem:
        problem = "The program ends without a value in r0."
    return problem, f"What the program returns is in r0 when it comes to `exit` at {scene.here}. {why}"


def argument_unset(scene: Scene) -> Told:
    name = scene.word("helper") or _called(scene)
    _, why = _why_unset(scene)
    return f"{name} takes an argument in r{scene.reg}, which is not set.", f"{why}{_signature(scene)}"


def _signature(scene: Scene) -> str:
    row = HELPERS.get(scene.insn.imm) if isinstance(scene.insn, Call) else None
    return f" Its arguments: `{row.signature}`." if row is not None else ""


def _called(scene: Scene) -> str:
    return helper(scene.insn.imm) if isinstance(scene.insn, Call) else "the function"


def scalar_access(scene: Scene) -> Told:
    reg = scene.reg
    lost, tested, loaded = scene.last(K.LOST), scene.last(K.TESTED, K.NARROWED), scene.last(K.LOADED)
    released = scene.last(K.RELEASED)
    problem = f"r{reg} holds a number at {scene.here}, not a pointer."
    head = f"{scene.here.capitalize()} {verb(scene)} memory through r{reg}, which is {scene.holds(reg)}."
    if released is not None:
        why = f"At {scene.at(released)}, {released.text}."
        return f"r{reg} was given back before {scene.here}.", f"{head} {why}"
    if lost is not None:
        return problem, f"{head} It was a pointer until {scene.at(lost)}: {lost.text}."
    if tested is not None and "is null" in tested.text:
        return f"r{reg} is null on this way.", f"{head} At {scene.at(tested)}, {tested.text}."
    if loaded is not None:
        return (
            problem,
            f"{head} At {scene.at(loaded)}, {loaded.text}. Numbers from memory are never pointers.",
        )
    made = scene.last(K.MADE, K.RETURNED, K.CALLED)
    return problem, f"{head} At {scene.at(made)}, {made.text}." if made else head


def pointer_kind(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"r{reg} does not point to memory that can be accessed.",
        (
            f"{scene.here.capitalize()} {verb(scene)} memory through r{reg}, which holds "
            f"{scene.holds(reg)}. Such a pointer can be compared or passed on, no more."
        ),
    )


def argument_type(scene: Scene) -> Told:
    reg, name = scene.reg, scene.word("helper") or _called(scene)
    wants = _wanted(scene.word("expected"))
    released = scene.last(K.RELEASED)
    if released is not None:
        return (
            f"r{reg} was given back already.",
            (
                f"At {scene.at(released)}, {released.text}. {name} at {scene.here} wants {wants}, and there "
                "is none."
            ),
        )
    made = scene.causes[-1] if scene.causes else None
    came = f" At {scene.at(made)}, {made.text}." if made else ""
    return (
        f"{name} cannot take what is in r{reg}.",
        f"r{reg} holds {scene.holds(reg)}, and {name} wants {wants} there.{came}{_signature(scene)}",
    )


def _wanted(expected: str) -> str:
    """What an argument takes, from the kernel's list of register types."""
    kinds = expected.split(", ")
    if "fp" in kinds:
        return "a pointer to memory, such as the stack or a map value,"
    return " or ".join(dict.fromkeys(_WANTED.get(kind, kind) for kind in kinds[:3])) or "memory"


_WANTED: Final = {
    "map_ptr": "a map (`r1 = name ll`)",
    "ctx": "the context, as r1 holds it at the start",
    "scalar": "a number",
    "ringbuf_mem": "a record from bpf_ringbuf_reserve",
    "func": "the address of a function",
    "sock": "a socket",
    "map_value": "a map value",
}


def return_range(scene: Scene) -> Told:
    low, high = scene.word("low"), scene.word("high")
    made = scene.last(K.LOADED, K.MADE, K.CHANGED, K.RETURNED)
    came = f" At {scene.at(made)}, {made.text}." if made else ""
    type_ = scene.names.program.prog_type.label
    return (
        f"The program may return something other than {low} to {high}.",
        (
            f"At {scene.here} r0 is {scene.holds(0)}; programs of type {type_} return a number from {low} "
            f"to {high} here.{came}"
        ),
    )


def callback_range(scene: Scene) -> Told:
    _, reason = return_range(scene)
    return "The callback may return something other than 0 or 1.", reason.replace(
        f"programs of type {scene.names.program.prog_type.label} return", "a callback returns"
    )


def return_not_scalar(scene: Scene) -> Told:
    made = scene.last(K.MADE, K.CHANGED, K.COPIED)
    came = f" At {scene.at(made)}, {made.text}." if made else ""
    return (
        "The program would return an address.",
        f"r0 holds {scene.holds(0)} at {scene.here}, and a verdict is a number.{came}",
    )


def alu32(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"32-bit arithmetic on r{reg}, which holds a pointer.",
        (
            f"`{scene.names.text(scene.pc)}` works on the low half, w{reg}, and clears the upper one; "
            f"r{reg} is {scene.holds(reg)}, and half of an address is none."
        ),
    )


def arithmetic_null(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"r{reg} is moved before it is known not to be null.",
        (
            f"r{reg} holds {scene.holds(reg)}. If it is 0, adding to it gives a small address that is not "
            "0, and a later comparison with 0 would not notice."
        ),
    )


def arithmetic(scene: Scene) -> Told:
    reg = scene.reg
    operation = f"`{scene.names.text(scene.pc)}`" if isinstance(scene.insn, Alu) else "the operation"
    return (
        f"{operation} is no arithmetic for a pointer.".replace("the operation is", "This is"),
        (
            f"r{reg} holds {scene.holds(reg)}. To such a pointer numbers can be added or subtracted, if "
            "at all; anything else leaves an address the verifier could not follow."
        ),
    )


def math(scene: Scene) -> Told:
    insn = scene.insn
    number = ""
    if isinstance(insn, Alu) and isinstance(insn.src, Reg):
        src = insn.src.n
        number = f" r{src} is {scene.holds(src)}, r{insn.dst} is {scene.holds(insn.dst)}."
    made = scene.last(K.LOADED, K.CALLED)
    came = f" At {scene.at(made)}, {made.text}." if made else ""
    return (
        f"The number added to a pointer at {scene.here} may be far too large.",
        f"Linux follows offsets below 2^29 only, either way.{number}{came}",
    )


def context_field(scene: Scene) -> Told:
    names, off, size = scene.names, scene.number("off"), scene.number("size")
    field = scene.word("field") or names.context_field(off)
    kind = names.program.prog_type.label
    verb_ = "writes" if isinstance(scene.insn, Store) else "reads"
    head = f"{scene.here.capitalize()} {verb_} {size} bytes at offset {off} of the context"
    match scene.broken.kind:
        case "context-width":
            return (
                f"`{field}` cannot be accessed as {size} bytes.",
                (
                    f"{head}: `{field}` begins at {scene.word('start')} and has {scene.word('length')} "
                    "bytes. Linux translates each access to the kernel's own structure, and allows "
                    f"{scene.word('widths')}."
                ),
            )
        case "context-write":
            return (
                f"`{field}` cannot be written.",
                f"{head}, `{field}`, which programs of type {kind} may only read.",
            )
        case "context-read":
            return (
                f"`{field}` cannot be read here.",
                f"{head}, `{field}`, which is not for programs of type {kind}.",
            )
        case _:
            return (
                "The context has no such field.",
                f"{head}; `{scene.word('struct')}`, the context of {kind} programs, has no field there.",
            )


def pointer_modified(scene: Scene) -> Told:
    reg, off = scene.reg, scene.word("off")
    moved = scene.last(K.CHANGED)
    by = f" since {scene.at(moved)}" if moved else ""
    return (
        f"r{reg} is not the pointer as it was given.",
        (
            f"r{reg} holds {scene.holds(reg)}{by}: it was moved{' by ' + off + ' bytes' if off else ''}. "
            "Pointers of this kind must be used as they were given; only the load's own offset may "
            "choose a field."
        ),
    )


def leaked_address(scene: Scene) -> Told:
    reg = scene.reg
    return (
        f"r{reg} would tell a kernel address.",
        (
            f"r{reg} holds {scene.holds(reg)}. Without CAP_PERFMON no address may get where others could "
            "read it: an address helps to attack the kernel."
        ),
    )


def size_argument(scene: Scene) -> Told:
    reg, name = scene.reg, scene.word("helper") or _called(scene)
    made = scene.last(K.LOADED, K.CALLED, K.CHANGED)
    came = f" At {scene.at(made)}, {made.text}." if made else ""
    problem = {
        "size-negative": f"The size given to {name} in r{reg} may be negative.",
        "size-zero": f"The size given to {name} in r{reg} may be 0.",
    }.get(scene.broken.kind, f"The size given to {name} in r{reg} has no upper bound.")
    return problem, f"r{reg} is {scene.holds(reg)}, and {name} uses that many bytes of memory.{came}"


def spill(scene: Scene) -> Told:
    insn = scene.insn
    wide = f"{insn.size.bytes} bytes" if isinstance(insn, Load | Store) else "a part"
    return (
        "A pointer on the stack is always moved as a whole.",
        (
            f"`{scene.names.text(scene.pc)}` at {scene.here} takes {wide} of an address, and part of an "
            "address is none: the verifier keeps only pointers of 8 bytes at a multiple of 8."
        ),
    )


def division(scene: Scene) -> Told:
    return (
        "Division by the constant 0.",
        (
            f"`{scene.names.text(scene.pc)}` at {scene.here} divides by 0 whenever it runs. Division by a "
            "register that happens to be 0 is allowed: it gives 0."
        ),
    )


VALUES: Final[Mapping[str, Teller]] = MappingProxyType({
    "not-readable": not_readable,
    "return-unset": return_unset,
    "argument-unset": argument_unset,
    "mem-scalar": scalar_access,
    "mem-pointer-kind": pointer_kind,
    "argument-type": argument_type,
    "argument-memory": argument_type,
    "return-range": return_range,
    "callback-range": callback_range,
    "return-not-scalar": return_not_scalar,
    "alu32": alu32,
    "arithmetic-maybe-null": arithmetic_null,
    "arithmetic-kind": arithmetic,
    "bitwise": arithmetic,
    "operator": arithmetic,
    "pointer-pointer": arithmetic,
    "pointer-unary": arithmetic,
    "math-unbounded": math,
    "math-out-of-bounds": math,
    "context-width": context_field,
    "context-write": context_field,
    "context-read": context_field,
    "context-no-field": context_field,
    "pointer-modified": pointer_modified,
    "leak-store": leaked_address,
    "leak-helper": leaked_address,
    "leak-return": leaked_address,
    "size-negative": size_argument,
    "size-zero": size_argument,
    "size-unbounded": size_argument,
    "fill-size": spill,
    "spill-size": spill,
    "corrupt-spill": spill,
    "zero-division": division,
    "division-by-zero": division,
})  # fmt: skip
