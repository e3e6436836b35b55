"""The names of one text: constants, maps, pieces of data; and behind them the kernel's own names."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from vm.program import MapSpec
from vm.source import Span, closest
from vm.typetext import ValueType
from vm.uapi import structs
from vm.uapi.constants import CONSTANTS
from vm.uapi.helper_ids import helper_id

MAX_SUGGESTIONS = 40
"""Suggestions made for one text: looking for what was meant is slow, and nobody reads more."""
_HELPER = "BPF_FUNC_"


@dataclass(frozen=True, slots=True)
class Datum:
    """A named piece of data: ``size`` bytes at ``offset`` of the value of map ``map_index``.

    ``type`` is how it was declared; a text has none.
    """

    map_index: int
    offset: int
    size: int
    type: ValueType | None = None


@dataclass(slots=True)
class Symbols:
    """What a file's names stand for. ``spans`` tells where each was declared."""

    constants: dict[str, int] = field(default_factory=dict)
    maps: list[MapSpec] = field(default_factory=list)
    map_index: dict[str, int] = field(default_factory=dict)
    data: dict[str, Datum] = field(default_factory=dict)
    spans: dict[str, Span] = field(default_factory=dict)
    suggestions: int = 0

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
        if name.startswith(_HELPER):
            helper = helper_id(name)
            return None if helper is None else int(helper)
        return None

    def size_of(self, name: str) -> int | None:
        """What ``sizeof(name)`` is: of a structure, a field, a piece of data or a map's value."""
        if "." in name:
            found = structs.lookup(name)
            return None if found is None else found.size
        if name in self.data:
            return self.data[name].size
        if name in self.map_index:
            return self.maps[self.map_index[name]].value_size
        struct = structs.struct_of(name)
        return None if struct is None else struct.size

    def add_map(self, spec: MapSpec) -> int:
        """Declares a map; its index."""
        self.map_index[spec.name] = len(self.maps)
        self.maps.append(spec)
        return len(self.maps) - 1

    def nearest(self, word: str, more: Iterable[str] = ()) -> str | None:
        """The known name (or one of ``more``) that a learner most likely meant by ``word``."""
        if "." in word[1:]:
            return self.near(word, _paths(word))
        return self.near(word, [*more, *self.constants, *self.map_index, *self.data, *CONSTANTS])

    def near(self, word: str, known: Iterable[str]) -> str | None:
        """The one of ``known`` nearest to ``word``; None after too many questions."""
        self.suggestions += 1
        if self.suggestions > MAX_SUGGESTIONS or len(word) > 60:
            return None
        # The comparison is slow: only words of about the length that share a first letter are looked at.
        lower = word.lower()
        short = [
            name
            for name in known
            if abs(len(name) - len(word)) <= 4
            and (name[:1].lower() == lower[:1] or name[1:3].lower() == lower[1:3])
        ]
        return closest(word, short)

    def fields_of(self, path: str) -> str | None:
        """The fields of the structure a path starts with, as a hint."""
        struct = structs.struct_of(path.partition(".")[0])
        if struct is None or "." not in path:
            return None
        names = [known.name for known in struct.fields if not known.alias][:14]
        return f"{struct.name} has {', '.join(names)}"


def _paths(path: str) -> list[str]:
    """Every field that a misspelt path might mean."""
    struct_name, _, field_name = path.partition(".")
    struct = structs.struct_of(struct_name)
    if struct is not None:
        return [f"{struct_name}.{known.name}" for known in struct.fields]
    names = [*structs.STRUCTS, *structs.STRUCT_ALIASES]
    return [f"{name}.{field_name}" for name in names if structs.lookup(f"{name}.{field_name}")]
