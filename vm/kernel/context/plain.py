"""A context that is a piece of memory, and what of it may be accessed."""

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from vm.kernel.context.event_context import EventContext
from vm.kernel.context.inputs import HookInput
from vm.memory.memory import Memory
from vm.uapi.attach_types import AttachType
from vm.uapi.context_places import Aligned, Gives, Places, places_of
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct
from vm.uapi.structs_events import RAW_ARGS
from vm.uapi.tracing import COMMON

NOTHING: Mapping[int, int] = MappingProxyType({})
_NO_TEXTS: Mapping[str, str] = MappingProxyType({})


def plain(
    kind: ProgType,
    struct: Struct,
    data: bytes,
    what: HookInput,
    memory: Memory,
    *,
    attach_type: AttachType | None = None,
    texts: Callable[[], Mapping[str, str]] = lambda: _NO_TEXTS,
    converted: bool = False,
    kept: Mapping[int, int] = NOTHING,
) -> EventContext:
    """The context over ``data``; ``texts`` say what fields mean, ``kept`` which are shorter in the kernel."""
    region = EventContext.region_for(memory, data)
    region.writable = False
    places = _places(kind, attach_type, None if converted else len(data))
    return EventContext(
        kind, struct, region, places, what, memory, kept=kept, texts=texts, converted=converted
    )


@cache
def _places(kind: ProgType, attach_type: AttachType | None, size: int | None) -> Places:
    """What may be accessed, in a context of ``size`` bytes (None: as the table says).

    The verifier lets programs read as far as any tracepoint's record goes; typed arguments are whole words.
    """
    found = places_of(kind, attach_type)
    if found is None:
        words = {(at, 8): Gives.NUMBER for at in range(0, size or 0, 8)}
        return Places(RAW_ARGS.name, words, frozenset())
    if size is None:
        return found
    if kind is ProgType.TRACEPOINT:  # what Linux lets be read besides is no part of the record
        return Places(found.struct, Aligned((COMMON, size)), found.writes)
    reads = {(at, width): gives for (at, width), gives in found.reads.items() if at + width <= size}
    return Places(found.struct, reads, found.writes)
