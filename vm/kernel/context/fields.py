"""Contexts of the user API by their fields: socket addresses, sockets, options, settings, device files."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.kernel.context.event_context import EventContext, PlacesView
from vm.kernel.context.fault import Converted
from vm.kernel.context.inputs import Fields
from vm.kernel.context.plain import NOTHING, plain
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.uapi.context_places import SOCKET_PLACES, places_of
from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct
from vm.uapi.structs import STRUCTS
from vm.uapi.structs_context import SOCK

_KEPT: Mapping[str, Mapping[int, int]] = MappingProxyType({
    "bpf_sock_addr": {0: 2, 24: 2, 28: 2, 32: 2, 36: 2},
    "bpf_sock": {4: 2, 8: 2, 12: 2, 44: 2, 48: 2, 72: 1, 76: 2},
    "bpf_sk_lookup": {8: 2, 12: 2, 60: 2},
})  # fmt: skip
"""Fields of four bytes, by offset, that have fewer in the kernel's own structures."""
_QUEUE = SOCK.field("rx_queue_mapping")


def image(struct: Struct, values: Mapping[str, int | bytes]) -> bytearray:
    """``struct`` with these values, the rest 0."""
    data = bytearray(struct.size)
    for name, value in values.items():
        field = struct.field(name)
        if field is None:
            raise KeyError(f"{struct.name}.{name}")
        raw = (
            value
            if isinstance(value, bytes)
            else (value & ((1 << 8 * field.size) - 1)).to_bytes(field.size, "little")
        )
        data[field.offset : field.end] = raw.ljust(field.size, b"\0")
    return data


def fields_context(kind: ProgType, what: Fields, memory: Memory, fields: dict[str, int]) -> EventContext:
    """The context; ``fields`` are told where what it leads to lies."""
    _put_texts(what, memory, fields)
    places = places_of(kind, what.attach_type)
    if places is None:
        raise KeyError(f"{kind.label} at {what.attach_type.name}")
    struct = STRUCTS[places.struct]
    data = image(struct, what.values)
    fields["sk.own.id"] = what.owner
    if what.sk is not None:
        sk = struct.field("sk")
        if sk is not None:
            fields["sk.own"] = _socket(what.sk, memory)
            data[sk.offset : sk.end] = fields["sk.own"].to_bytes(8, "little")
    optval = _put_buffer(struct, data, what.buffer, memory) if what.buffer is not None else None
    kept = _KEPT.get(struct.name, NOTHING)
    context = plain(
        kind, struct, bytes(data), what, memory, attach_type=what.attach_type, converted=True, kept=kept
    )
    context.optval = optval
    if struct is SOCK and isinstance(context.region.view, PlacesView):
        context.region.view.minus_one = _NO_QUEUE
    return context


def _put_texts(what: Fields, memory: Memory, fields: dict[str, int]) -> None:
    """Texts that only helpers read, and room for one that a helper writes."""
    for name, text in what.texts.items():
        fields[name] = memory.add(RegionKind.MEM, name, bytearray(text), writable=False).base
        fields[f"{name}.size"] = len(text)
    if "sysctl_new" in what.texts:
        fields["sysctl_set"] = memory.add(RegionKind.MEM, "sysctl_set", bytearray(SETTING)).base
        fields["sysctl_set.size"] = 0


SETTING = 4096
"""Bytes a new value of a setting may have."""


def _put_buffer(struct: Struct, data: bytearray, buffer: bytes, memory: Memory) -> Region:
    """The bytes that ``optval`` and ``optval_end`` tell of."""
    region = memory.add(RegionKind.MEM, BUFFER, bytearray(buffer))
    for name, address in (("optval", region.base), ("optval_end", region.base + len(buffer))):
        field = struct.field(name)
        if field is not None:
            data[field.offset : field.end] = address.to_bytes(8, "little")
    return region


BUFFER = "optval"
"""What the region of a context's buffer is called."""
_NO_QUEUE = frozenset({_QUEUE.offset}) if _QUEUE is not None else frozenset()


def _socket(values: Mapping[str, int | bytes], memory: Memory) -> int:
    """A full socket, read-only; the address of its ``bpf_sock``."""
    region = memory.add(RegionKind.MEM, "sk", image(SOCK, values), writable=False)
    region.view = PlacesView(region, memory, SOCKET_PLACES["sock"], _KEPT["bpf_sock"], _NO_QUEUE)
    region.parts = Converted("sk", SOCK.size)
    return region.base
