"""A packet taken apart: layers of fields, in which every byte belongs to exactly one leaf."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from vm.uapi.struct_types import Bits


class Status(StrEnum):
    """How a field is: as it should be, holding what it must not, or ended by the end of the packet."""

    OK = "ok"
    WRONG = "wrong"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class FieldView:
    """A field with its place in the packet and what it says.

    `name` is a path the assembler knows (`iphdr.saddr`) where a struct has the field, else one of that form.
    `bits` narrows a child to a part of its parent's bytes. `note` adds what the value alone does not tell.
    """

    name: str
    label: str
    offset: int
    size: int
    text: str
    note: str = ""
    status: Status = Status.OK
    bits: Bits | None = None
    children: tuple["FieldView", ...] = ()

    @property
    def end(self) -> int:
        """The offset just past the field."""
        return self.offset + self.size

    def leaves(self) -> Iterator["FieldView"]:
        """Yield the fields that hold bytes themselves; children that are bits do not."""
        parts = [child for child in self.children if child.bits is None]
        if not parts:
            yield self
        for part in parts:
            yield from part.leaves()


@dataclass(frozen=True, slots=True)
class Layer:
    """A header, or the bytes after the last: `name` is its struct, `title` and `summary` are to be shown."""

    name: str
    title: str
    start: int
    end: int
    fields: tuple[FieldView, ...]
    summary: str = ""

    def field(self, name: str) -> FieldView | None:
        """Return the field of that path."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Dissection:
    """All layers of a packet, outermost first, and the packet in one line."""

    layers: tuple[Layer, ...]
    summary: str

    def layer(self, name: str) -> Layer | None:
        """Return the outermost layer of that name, such as `iphdr`."""
        return next((layer for layer in self.layers if layer.name == name), None)

    def leaves(self) -> tuple[FieldView, ...]:
        """Return all leaves in the order of their bytes."""
        return tuple(leaf for layer in self.layers for field in layer.fields for leaf in field.leaves())

    def leaf_at(self, offset: int) -> FieldView | None:
        """Return the leaf that holds the byte at an offset; None outside the packet."""
        leaves = self.leaves()
        index = bisect_right(leaves, offset, key=lambda leaf: leaf.offset) - 1
        return leaves[index] if index >= 0 and leaves[index].offset <= offset < leaves[index].end else None
