"""The maps of an object file: BTF-defined ones, those of the old ``maps`` section, and its global data."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vm.asm.elf.btf import Btf, BtfType, Kind, Member, read_btf
from vm.asm.elf.reader import Elf, Reloc, Section, Symbol, bad
from vm.program import MapSpec
from vm.uapi.map_types import MapFlag, MapType

_LEGACY = struct.Struct("<IIIII")
_DATA = (".rodata", ".data", ".bss")
_MAX_MAPS = 1_000
_HOLDS_OBJECTS = (MapType.ARRAY_OF_MAPS, MapType.HASH_OF_MAPS, MapType.PROG_ARRAY)


@dataclass(slots=True)
class ObjectMaps:
    """The maps, and how symbols find theirs.

    ``by_place`` is keyed by (section index, offset), ``by_section`` by the index of a data section.
    ``targets`` says which functions the slots of prog arrays hold: (map, slot, function's name).
    """

    specs: list[MapSpec] = field(default_factory=list)
    by_place: dict[tuple[int, int], int] = field(default_factory=dict)
    by_section: dict[int, int] = field(default_factory=dict)
    targets: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, spec: MapSpec) -> int:
        """Adds a map; its index."""
        if len(self.specs) >= _MAX_MAPS:
            raise bad(f"more than {_MAX_MAPS} maps")
        self.specs.append(spec)
        return len(self.specs) - 1


def read_maps(elf: Elf) -> ObjectMaps:
    """All maps of an object; raises HookscopeError."""
    maps = ObjectMaps()
    modern = elf.section(".maps")
    if modern is not None:
        _btf_maps(elf, modern, maps)
    old = elf.section("maps")
    if old is not None:
        _old_maps(elf, old, maps)
    for section in elf.sections:
        if section.size and any(
            section.name == name or section.name.startswith(f"{name}.") for name in _DATA
        ):
            _data_map(section, maps)
    return maps


def _data_map(section: Section, maps: ObjectMaps) -> None:
    if section.relocations:
        raise bad(f"{section.name} holds addresses, which are only known to a real kernel")
    fixed = section.name.startswith(".rodata")
    flags = int(MapFlag.RDONLY_PROG) if fixed else 0
    init = ((bytes(4), section.data),)
    spec = MapSpec(section.name, MapType.ARRAY, 4, section.size, 1, flags, "u32", init=init, frozen=fixed)
    maps.by_section[section.index] = maps.add(spec)


def _old_maps(elf: Elf, section: Section, maps: ObjectMaps) -> None:
    for symbol in sorted(elf.symbols, key=lambda each: each.value):
        if symbol.section != section.index or not symbol.name or symbol.name == section.name:
            continue
        if symbol.value + _LEGACY.size > len(section.data):
            raise bad(f"the definition of map `{symbol.name}` is cut off")
        kind, key, value, entries, flags = _LEGACY.unpack_from(section.data, symbol.value)
        spec = MapSpec(symbol.name, _map_type(kind, symbol.name), key, value, entries, flags)
        maps.by_place[section.index, symbol.value] = maps.add(spec)


def _map_type(number: int, name: str) -> MapType:
    try:
        return MapType(number)
    except ValueError:
        raise bad(f"map `{name}` has type {number}, which Linux 6.18 does not know") from None


def _btf_maps(elf: Elf, section: Section, maps: ObjectMaps) -> None:
    types = elf.section(".BTF")
    if types is None:
        raise bad("the types of the maps are missing", "compile with `-g`")
    btf = read_btf(types.data)
    variables = btf.section(".maps")
    if variables is None:
        raise bad("BTF does not describe the section .maps", "compile with `-g`")
    places = {each.name: each for each in elf.symbols if each.section == section.index and each.name}
    found: list[tuple[Symbol, BtfType]] = []
    for variable in variables.members:
        named = btf.get(variable.type)
        shape = btf.resolved(named.number)
        if named.kind is not Kind.VAR or shape.kind is not Kind.STRUCT or named.name not in places:
            raise bad(
                f"`{named.name}` in .maps is not a map",
                "declare it as a struct with __uint and __type members",
            )
        found.append((places[named.name], shape))
    found.sort(key=lambda each: each[0].value)
    for symbol, shape in found:
        maps.by_place[section.index, symbol.value] = maps.add(_spec(btf, symbol.name, shape, 0))
    for symbol, shape in found:
        _static_values(section, symbol, shape, maps)


_NUMBERS = ("type", "max_entries", "map_flags", "key_size", "value_size", "map_extra")


def _spec(btf: Btf, name: str, shape: BtfType, depth: int) -> MapSpec:
    members = {member.name: member for member in shape.members}
    numbers = {each: _number(btf, members, each) for each in _NUMBERS}
    kind = _map_type(numbers["type"], name)
    key, key_text = _sized(btf, members, "key", numbers["key_size"])
    value, value_text = _sized(btf, members, "value", numbers["value_size"])
    inner = _inner(btf, name, members.get("values"), depth)
    if kind in _HOLDS_OBJECTS:
        value = value or 4
    return MapSpec(
        name, kind, key, value, numbers["max_entries"], numbers["map_flags"], key_text, value_text,
        inner=inner if kind is not MapType.PROG_ARRAY else None, map_extra=numbers["map_extra"],
    )  # fmt: skip


def _number(btf: Btf, members: Mapping[str, Member], name: str) -> int:
    """The number that libbpf's ``__uint(name, n)`` hides in a type: a pointer to an array of n."""
    member = members.get(name)
    if member is None:
        return 0
    pointer = btf.resolved(member.type)
    if pointer.kind is not Kind.PTR or (array := btf.resolved(pointer.number)).kind is not Kind.ARRAY:
        raise bad(f"the member `{name}` of a map is not written with __uint")
    return array.count


def _sized(btf: Btf, members: Mapping[str, Member], name: str, size: int) -> tuple[int, str | None]:
    member = members.get(name)
    if member is None:
        return size, None
    pointer = btf.resolved(member.type)
    if pointer.kind is not Kind.PTR:
        raise bad(f"the member `{name}` of a map is not written with __type")
    return btf.size_of(pointer.number), btf.text_of(pointer.number)


def _inner(btf: Btf, name: str, values: Member | None, depth: int) -> MapSpec | None:
    """What the maps inside are like: the type of the items of ``values``."""
    if values is None or depth:
        return None
    array = btf.resolved(values.type)
    if array.kind is not Kind.ARRAY:
        raise bad(f"the member `values` of map `{name}` is not written with __array")
    pointer = btf.resolved(array.number)
    shape = btf.resolved(pointer.number) if pointer.kind is Kind.PTR else array
    return _spec(btf, f"{name}.inner", shape, depth + 1) if shape.kind is Kind.STRUCT else None


def _static_values(section: Section, symbol: Symbol, shape: BtfType, maps: ObjectMaps) -> None:
    """First contents of maps of maps and prog arrays: the addresses in their array ``values``."""
    values = next((member for member in shape.members if member.name == "values"), None)
    if values is None:
        return
    index = maps.by_place[section.index, symbol.value]
    start, end = symbol.value + values.offset // 8, symbol.value + symbol.size
    for relocation in section.relocations:
        if not start <= relocation.offset < end or relocation.type != Reloc.ABS64:
            continue
        slot, target = (relocation.offset - start) // 8, relocation.symbol
        inside = maps.by_place.get((target.section or 0, target.value))
        if inside is None:
            maps.targets.append((index, slot, target.name))
        else:
            put(maps, index, slot, inside)


def put(maps: ObjectMaps, index: int, slot: int, number: int) -> None:
    """Has slot ``slot`` of a map hold program or map ``number`` from the start."""
    spec = maps.specs[index]
    entry = (slot.to_bytes(4, "little"), number.to_bytes(4, "little"))
    maps.specs[index] = replace(spec, init=(*spec.init, entry))
