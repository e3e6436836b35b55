"""What things of a run are called: fields of the packet, cells of maps, places on the stack, labels."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache

from vm.helpers.api import function_pointer
from vm.isa import STACK_SIZE
from vm.kernel.packet.dissect import dissect
from vm.machine.machine import Machine
from vm.maps import display
from vm.maps.base import BpfMap
from vm.memory.fault import MachineFault
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind, View
from vm.program import Program
from vm.uapi.structs import STRUCTS, Kind, Struct


class Names:
    """The names of one run; cheap to make, reads the machine's state as it is when asked."""

    def __init__(self, machine: Machine) -> None:
        world = machine.world
        self.machine = machine
        self.memory: Memory = world.memory
        self.maps: Sequence[BpfMap] = world.maps
        self.map_addresses = tuple((bpf_map.index, bpf_map.address) for bpf_map in world.maps)
        self.functions: Mapping[int, str] = {
            function_pointer(index, start): name
            for index, program in enumerate(world.programs)
            for name, start in program.functions.items()
        }
        self.context = world.ctx.struct if world.ctx is not None else _struct_for(world.programs[0])
        self._labels = [_labels(program) for program in world.programs]
        self._readable: tuple[tuple[str, str, int, int], ...] | None = None
        self._packet = b""
        self._fields: dict[tuple[int, int], tuple[str, str]] = {}

    @property
    def program(self) -> Program:
        """The running program."""
        return self.machine.world.programs[self.machine.state.program]

    def bounds(self) -> tuple[int, int, int]:
        """data_meta, data and data_end as offsets in the packet's buffer."""
        ctx = self.machine.world.ctx
        return ctx.bounds() if ctx is not None else (0, 0, 0)

    def function_at(self, pc: int) -> str:
        """The function slot ``pc`` is in: the one that starts last before it."""
        functions = self.program.functions
        starts = [(start, name) for name, start in functions.items() if start <= pc]
        return max(starts)[1] if starts else self.program.name

    def label(self, pc: int) -> str:
        """``drop`` or ``pc 38``."""
        return self._labels[self.machine.state.program].get(pc, f"pc {pc}")

    def cell(self, region: Region, off: int) -> tuple[str, int]:
        """The map cell an offset of a value region is in, and the offset inside its value."""
        bpf_map = self.maps[region.owner]
        found = bpf_map.key_at(region, off)
        if found is None:
            return f"{bpf_map.spec.name}[?]", off
        key, inside = found
        return f"{bpf_map.spec.name}[{key_text(bpf_map, key)}]", inside

    def field(self, off: int, size: int) -> tuple[str, str]:
        """Name and text of the packet bytes at ``off`` from data; an empty name where they are no field."""
        fields = self._fields_now()
        whole = fields.get((off, size))
        if whole is not None:
            return whole
        for (start, width), (name, _text) in fields.items():
            if start <= off and off + size <= start + width:
                return name, ""
        return "", ""

    def _fields_now(self) -> dict[tuple[int, int], tuple[str, str]]:
        """Name and text of each field of the packet as it is, by offset and size."""
        ctx = self.machine.world.ctx
        packet = ctx.packet() if ctx is not None else b""
        if packet != self._packet:
            self._packet, self._fields = packet, _fields(packet)
        return self._fields

    def context_field(self, off: int) -> str:
        """The context's field at ``off``."""
        for field in self.context.fields:
            if field.offset <= off < field.offset + field.size:
                return field.name
        return f"{off:+d}"

    def context_fields(self, kept: Collection[str] | None = None) -> dict[str, str]:
        """The numbers of the context as the program would read them, without those it may not.

        Of ``kept`` numbers (``skb.cb0``), only the fields that follow from them.
        """
        ctx = self.machine.world.ctx
        view = ctx.region.view if ctx is not None else None
        if ctx is None or view is None:
            return {}
        texts = ctx.texts
        if self._readable is None:
            self._readable = tuple(_readable(view, self.context))
        stems = None if kept is None else {_stem(name.partition(".")[2]) for name in kept}
        return {
            name: texts.get(name) or str(view.load(off, size))
            for name, stem, off, size in self._readable
            if stems is None or stem in stems
        }

    def place(self, region: Region, off: int, size: int) -> str:
        """A place in memory in the fewest words: ``tcp.flags``, ``fp-4``, ``syn_count[203.0.113.7]``."""
        match region.kind:
            case RegionKind.STACK:
                return f"{region.name}{off - STACK_SIZE:+d}"
            case RegionKind.PACKET:
                start = off - self.bounds()[1]
                return short(self.field(start, size)[0]) or f"packet byte {start}"
            case RegionKind.CTX:
                return self.context_field(off)
            case RegionKind.MAP_VALUE:
                cell, inside = self.cell(region, off)
                return f"{cell}{inside:+d}" if inside else cell
            case _:
                return f"{region.name}{off:+d}"


def short(path: str) -> str:
    """``iphdr.saddr`` as ``ip.saddr``: the header's everyday name."""
    head, dot, tail = path.partition(".")
    return f"{head.removesuffix('hdr')}{dot}{tail}" if dot else path


def key_text(bpf_map: BpfMap, key: bytes) -> str:
    """The key as its type reads."""
    return display.key_text(bpf_map.spec, key)


def value_text(bpf_map: BpfMap, value: bytes) -> str:
    """The value as its type reads."""
    return display.value_text(bpf_map.spec, value)


@lru_cache(maxsize=256)
def _stem(name: str) -> str:
    """The word a field's name begins with: what the kernel keeps for it begins alike (``cb[0]``, ``cb0``)."""
    return re.match("[a-z]*", name)[0]  # type: ignore[index]


def _readable(view: View, struct: Struct) -> Iterator[tuple[str, str, int, int]]:
    """Name, stem, offset and size of the numbers of a context that its program may read."""
    plain = struct.name not in STRUCTS  # a tracepoint's record: its pointers are numbers
    for field in struct.fields:
        if (plain or field.kind is not Kind.POINTER) and field.size in (1, 2, 4, 8):
            with suppress(MachineFault):
                view.load(field.offset, field.size)
                yield field.name, _stem(field.name), field.offset, field.size


@lru_cache(maxsize=256)
def _fields(packet: bytes) -> dict[tuple[int, int], tuple[str, str]]:
    """Whole fields before their parts; of two in the same place, the first."""
    found = dissect(packet)
    top = [field for layer in found.layers for field in layer.fields]
    leaves = [leaf for field in top for leaf in field.leaves() if leaf is not field]
    named: dict[tuple[int, int], tuple[str, str]] = {}
    for field in (*top, *leaves):
        named.setdefault((field.offset, field.size), (field.name, field.text))
    return named


def _labels(program: Program) -> dict[int, str]:
    named: dict[int, str] = {}
    for name, pc in program.labels.items():
        named.setdefault(pc, name)
    return named


def _struct_for(program: Program) -> Struct:
    return STRUCTS["xdp_md" if program.prog_type.name == "XDP" else "__sk_buff"]
