"""The names of one text: constants, maps, pieces of data; and behind them the kernel's own names."""

from dataclasses import dataclass, field

from vm.program import MapSpec
from vm.source import Span, did_you_mean
from vm.uapi import structs
from vm.uapi.constants import CONSTANTS


@dataclass(frozen=True, slots=True)
class Datum:
    """A named piece of read-only or writable data: ``size`` bytes at ``offset`` of the value of a map."""

    map_index: int
    offset: int
    size: int


@dataclass(slots=True)
class Symbols:
    """What a file's names stand for. ``spans`` tells where each was declared."""

    constants: dict[str, int] = field(default_factory=dict)
    maps: list[MapSpec] = field(default_factory=list)
    map_index: dict[str, int] = field(default_factory=dict)
    data: dict[str, Datum] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    _suggestions: int = 0

    def constant(self, name: str) -> int | None:
        """The value of a constant, a structure's field (its offset) or a helper's ``BPF_FUNC_`` name."""
        value = self.constants.get(name)
        if value is not None:
            return value
        known = CONSTANTS.get(name)
        if known is not None:
            return known.value
        if "." in name:
            found = structs.lookup(name)
            return None if found is None else found.offset
        return None

    def size_of(self, name: str) -> int | None:
        """What ``sizeof(name)`` is: of a structure, a field, a piece of data or a map's value."""
        if "." in name:
            found = structs.lookup(name)
            return None if found is None else found.size
        struct = structs.struct_of(name)
        if struct is not None:
            return struct.size
        datum = self.data.get(name)
        return None if datum is None else datum.size

    def add_map(self, spec: MapSpec) -> int:
        """Declares a map; its index."""
        self.map_index[spec.name] = len(self.maps)
        self.maps.append(spec)
        return len(self.maps) - 1

    def suggest(self, word: str, *more: str) -> str | None:
        """A "did you mean" among all names; only for the first few mistakes of a text, since it is slow."""
        self._suggestions += 1
        if self._suggestions > 20 or len(word) > 60:
            return None
        if "." in word:
            return _field_hint(word)
        return did_you_mean(word, [*more, *self.constants, *self.map_index, *self.data, *CONSTANTS])


def _field_hint(path: str) -> str | None:
    struct_name, _, field_name = path.partition(".")
    struct = structs.struct_of(struct_name)
    if struct is None:
        return did_you_mean(struct_name, [*structs.STRUCTS, *structs.STRUCT_ALIASES])
    known = [f"{struct_name}.{known.name}" for known in struct.fields]
    return did_you_mean(path, known) or f"{struct.name} has {', '.join(f.name for f in struct.fields[:12])} …"
