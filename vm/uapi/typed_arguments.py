"""What programs with typed arguments are given (tp_btf, fentry, fexit, lsm), 8 bytes each, by target.

Which the kernel vouches for, and which may be null, was asked of Linux 6.18 for the raw tracepoints. Programs
at functions and security hooks do not load where it was recorded: there the kernel's source is followed.
"""

from functools import cache
from typing import Final, NamedTuple

from vm.uapi.prog_types import hook_named
from vm.uapi.tracing import Argument, functions, lsm_hooks, raw_arguments


class TypedArgument(NamedTuple):
    """``struct`` is the structure a pointer leads to; pointers to anything else give a number."""

    name: str
    struct: str = ""
    pointer: bool = False
    trusted: bool = False
    nullable: bool = False


_NULLABLE: Final = frozenset({
    ("kfree_skb", "rx_sk"), ("tcp_send_reset", "sk"), ("tcp_send_reset", "skb__nullable"),
})  # fmt: skip


@cache
def typed_arguments(place: str) -> tuple[TypedArgument, ...] | None:
    """The arguments at a place such as ``lsm/file_open``; None where they have no types or are not known."""
    named = hook_named(place)
    if named is None:
        return None
    target = named.target
    match named.hook.name:
        case "tp_btf" if target in raw_arguments():
            return tuple(_typed(row, target, trusted=True) for row in raw_arguments()[target])
        case "lsm" if target in lsm_hooks():
            return (
                *(_typed(row, trusted=True) for row in lsm_hooks()[target].arguments),
                TypedArgument("ret"),
            )
        case "fentry" if target in functions():
            return tuple(_typed(row) for row in functions()[target].arguments)
        case "fexit" if target in functions():
            found = functions()[target]
            return (*(_typed(row) for row in found.arguments), _typed(found.result._replace(name="ret")))
        case _:
            return None


def _typed(row: Argument, target: str = "", *, trusted: bool = False) -> TypedArgument:
    if row.kind != "pointer":
        return TypedArgument(row.name, pointer=row.kind != "number")
    return TypedArgument(row.name, row.target, True, trusted, (target, row.name) in _NULLABLE)
