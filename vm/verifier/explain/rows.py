"""The title of every rule's explanation and the kind of fix it suggests, as data."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Row(NamedTuple):
    """``title`` in two to five words; ``fix``: the kind of fix, by which patches are looked for."""

    title: str
    fix: str


_NULL: Final = Row("Null not ruled out", "null-check")
_PACKET: Final = Row("Packet bounds", "bounds-check")
_INDEX: Final = Row("Index out of bounds", "mask-index")
_BEFORE: Final = Row("Access before the start", "stay-within")
_STACK: Final = Row("Outside of the stack", "stay-within")
_UNSET: Final = Row("Register not set", "initialise-register")
_STACK_UNSET: Final = Row("Stack not set", "initialise-stack")
_POINTER_MATH: Final = Row("Arithmetic on a pointer", "number-not-pointer")
_LEAK: Final = Row("Address would leak", "no-address")
_ARGUMENT: Final = Row("Wrong helper argument", "arguments")
_RETURN: Final = Row("Value returned", "set-return")
_CONTEXT: Final = Row("Context field", "other-field")
_RELEASE: Final = Row("Released wrongly", "release-once")
_MAP: Final = Row("Wrong kind of map", "other-map")
_LOCK: Final = Row("Lock still held", "release")
_NUMBER: Final = Row("Number out of range", "mask-index")
_SIZE: Final = Row("Size not bounded", "mask-index")
_ENCODING: Final = Row("Malformed instruction", "encoding")
_STRING: Final = Row("String argument", "arguments")
_ALIGN: Final = Row("Misaligned access", "align")
_READ_ONLY: Final = Row("Read-only memory", "copy-first")
_SPILL: Final = Row("Pointer saved in part", "whole-pointer")
_CALLS: Final = Row("Calls too deep", "call-less-deeply")

ROWS: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "mem-maybe-null": _NULL,
        "argument-null": _NULL,
        "arithmetic-maybe-null": _NULL,
        "packet-outside": _PACKET,
        "packet-past-end": Row("Packet bounds", "other-branch"),
        "map-value-max": _INDEX,
        "map-key-max": _INDEX,
        "region-max": _INDEX,
        "negative-index": _INDEX,
        "unbounded": _INDEX,
        "stack-variable": _INDEX,
        "stack-variable-straddles": _INDEX,
        "stack-unbounded": _INDEX,
        "map-value-min": Row("Outside of a map value", "stay-within"),
        "map-key-min": Row("Outside of a map key", "stay-within"),
        "region-min": Row("Outside of memory", "stay-within"),
        "map-ptr-negative": _BEFORE,
        "buffer-negative": _BEFORE,
        "pointer-negative": _BEFORE,
        "buffer-variable": _INDEX,
        "flow-keys-outside": Row("Outside of the flow keys", "stay-within"),
        "stack-outside": _STACK,
        "stack-straddles": _STACK,
        "not-readable": _UNSET,
        "argument-unset": _UNSET,
        "return-unset": Row("Nothing returned", "set-return"),
        "stack-argument-unset": _STACK_UNSET,
        "stack-argument-unset-variable": _STACK_UNSET,
        "unreadable-stack": _STACK_UNSET,
        "stack-never-written": _STACK_UNSET,
        "uninit-in-range": _STACK_UNSET,
        "zero-sized": Row("Size of zero", "arguments"),
        "size-zero": Row("Size of zero", "mask-index"),
        "size-negative": _SIZE,
        "size-unbounded": _SIZE,
        "not-constant": Row("Size not constant", "arguments"),
        "mem-scalar": Row("Number used as pointer", "use-pointer"),
        "mem-pointer-kind": Row("Pointer not for memory", "use-pointer"),
        "alu32": Row("32-bit pointer arithmetic", "use-64-bit"),
        "pointer-partial-copy": Row("Half a pointer", "use-64-bit"),
        "pointer-sign-extension": Row("Half a pointer", "use-64-bit"),
        "arithmetic-kind": _POINTER_MATH,
        "bitwise": _POINTER_MATH,
        "operator": _POINTER_MATH,
        "pointer-pointer": _POINTER_MATH,
        "pointer-unary": _POINTER_MATH,
        "subtract-from-scalar": _POINTER_MATH,
        "stack-subtraction": _POINTER_MATH,
        "math-constant": _NUMBER,
        "offset-too-large": _NUMBER,
        "math-unbounded": _NUMBER,
        "math-out-of-bounds": _NUMBER,
        "pointer-modified": Row("Pointer was moved", "keep-pointer"),
        "pointer-variable": Row("Pointer was moved", "keep-pointer"),
        "pointer-comparison": _LEAK,
        "leak-store": _LEAK,
        "leak-helper": _LEAK,
        "leak-return": _LEAK,
        "leaking-spill": _LEAK,
        "mixed-signs": _NUMBER,
        "unsupported-pointer": _POINTER_MATH,
        "different-paths": Row("Ways differ", "separate-ways"),
        "beyond-bounds": _NUMBER,
        "different-pointers": Row("Ways differ", "separate-ways"),
        "stack-arithmetic-variable": _INDEX,
        "stack-arithmetic-range": _STACK,
        "map-value-arithmetic": _INDEX,
        "variable-discarded": _INDEX,
        "variable-unprivileged": _INDEX,
        "argument-type": _ARGUMENT,
        "argument-memory": _ARGUMENT,
        "packet-argument": Row("Packet given to a helper", "copy-first"),
        "string-not-read-only": _STRING,
        "string-variable": _STRING,
        "string-no-direct": _STRING,
        "string-unterminated": _STRING,
        "string-address": _STRING,
        "format-data": _STRING,
        "format-invalid": _STRING,
        "return-range": _RETURN,
        "return-not-scalar": _RETURN,
        "callback-range": _RETURN,
        "callback-not-scalar": _RETURN,
        "subprogram-not-scalar": _RETURN,
        "returns-stack": _RETURN,
        "context-no-field": _CONTEXT,
        "context-read": _CONTEXT,
        "context-write": _CONTEXT,
        "context-width": Row("Width of a context field", "access-width"),
        "sock-field": Row("Field of a socket", "other-field"),
        "ld-abs-context": Row("Context not in r6", "keep-pointer"),
        "packet-write": Row("Packet is read-only here", "other-hook"),
        "reference-leak": Row("Resource leaked", "release"),
        "release-twice": _RELEASE,
        "release-unreferenced": _RELEASE,
        "release-moved": _RELEASE,
        "two-references": _RELEASE,
        "lock-at": _LOCK,
        "rcu-at": _LOCK,
        "preempt-at": _LOCK,
        "lock-call": Row("Call under a lock", "release"),
        "unlock-none": Row("No lock is held", "release"),
        "unlock-other": Row("Another lock", "release"),
        "lock-direct": Row("Lock touched", "other-field"),
        "lock-offset": Row("Place of the lock", "arguments"),
        "lock-variable": Row("Place of the lock", "arguments"),
        "lock-no-btf": Row("Map without types", "other-map"),
        "map-kind": _MAP,
        "sockmap-update": _MAP,
        "sockmap-argument": _MAP,
        "map-no-callback": _MAP,
        "no-prog-array": _MAP,
        "map-read-only": _READ_ONLY,
        "map-write-forbidden": _READ_ONLY,
        "map-read-forbidden": Row("Write-only map", "other-map"),
        "map-key-write": _READ_ONLY,
        "read-only": _READ_ONLY,
        "map-ptr-write": Row("The map itself", "look-up"),
        "map-ptr-perfmon": Row("The map itself", "look-up"),
        "constant-of-many": Row("Frozen array", "other-map"),
        "arena-address": _MAP,
        "arena-perfmon": _MAP,
        "arena-twice": _MAP,
        "storage-twice": _MAP,
        "lock-socket": _MAP,
        "lock-tracing": _MAP,
        "struct-ops-map": _MAP,
        "sleepable-maps": _MAP,
        "too-many-maps": Row("Too many maps", "simplify"),
        "atomic-store": Row("Atomic operation", "map-value"),
        "atomic-load": Row("Atomic operation", "map-value"),
        "misaligned": _ALIGN,
        "misaligned-packet": _ALIGN,
        "no-such-helper": Row("No such helper", "other-helper"),
        "helper-not-here": Row("Helper not at this hook", "other-helper"),
        "helper-needs-perfmon": Row("Helper needs privileges", "privileges"),
        "gpl-only": Row("Licence", "gpl-license"),
        "fill-size": _SPILL,
        "spill-size": _SPILL,
        "corrupt-spill": _SPILL,
        "spill-to-caller": Row("Pointer would outlive its stack", "keep-pointer"),
        "spill-in-range": _SPILL,
        "frame-pointer": Row("r10 is read-only", "copy-first"),
        "zero-division": Row("Division by zero", "other-number"),
        "division-by-zero": Row("Division by zero", "other-number"),
        "shift-too-far": Row("Shift too far", "other-number"),
        "too-large": Row("Too complex", "simplify"),
        "too-many-branches": Row("Too complex", "simplify"),
        "infinite-loop": Row("Endless loop", "bound-loop"),
        "calls-too-deep": _CALLS,
        "call-chain-too-deep": _CALLS,
        "stack-too-large": Row("Too much stack", "use-less-stack"),
        "tail-call-stack": Row("Too much stack", "use-less-stack"),
        "unreachable": Row("Unreachable instruction", "remove-unreachable"),
        "last-instruction": Row("Runs past the end", "end-program"),
        "jump-out-of-range": Row("Jump out of range", "jump-target"),
        "jump-into-ld-imm64": Row("Jump into an instruction", "jump-target"),
        "call-outside": Row("Call out of range", "jump-target"),
        "too-many-subprograms": Row("Too many functions", "simplify"),
        "empty": Row("Empty program", "end-program"),
        "too-long": Row("Program too long", "simplify"),
        "ld-abs-in-subprogram": Row("Function without types", "move-to-main"),
        "tail-call-in-subprogram": Row("Function without types", "move-to-main"),
        "no-func-info": Row("Function without types", "move-to-main"),
        "no-such-register": Row("No such register", "encoding"),
        "ld-abs-not-allowed": Row("Not for this program type", "other-hook"),
        "not-a-map": Row("No such map", "other-map"),
        "no-direct-value": _MAP,
        "value-offset-too-large": Row("Outside of a map value", "stay-within"),
        "value-offset-outside": Row("Outside of a map value", "stay-within"),
        "value-of-many": _MAP,
        "needs-perfmon": Row("Privileges", "privileges"),
        "unsupported": Row("Not modelled", "ask-kernel"),
    }
)
_BY_CATEGORY: Final[Mapping[str, Row]] = MappingProxyType(
    {
        "register-type": Row("Register type", "use-pointer"),
        "memory": Row("Memory", "stay-within"),
        "resource-lifetime": Row("Resource", "release"),
        "call-type": _ARGUMENT,
        "execution-context": Row("Not at this hook", "other-hook"),
        "program-structure": _ENCODING,
        "policy": Row("Not allowed", "privileges"),
        "limits": Row("Over a limit", "simplify"),
        "unsupported": Row("Not modelled", "ask-kernel"),
    }
)


def row_of(kind: str, category: str) -> Row:
    """The row of a rule; that of its category where it has none."""
    return ROWS.get(kind) or _BY_CATEGORY[category]
