"""The one way layers are made: field after field, so that no byte is left out or taken twice."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType

from vm.kernel.packet.checksum import Address
from vm.kernel.packet.dissect_text import number, show
from vm.kernel.packet.dissection import FieldView, Layer, Status
from vm.uapi.struct_types import Field
from vm.uapi.structs import STRUCTS


@dataclass(frozen=True, slots=True)
class Row:
    """A leaf of a header: a field of its struct, what to call it, and whether to show it in hex."""

    field: str
    label: str
    in_hex: bool = False


@dataclass(frozen=True, slots=True)
class Within:
    """What a layer must know of the IP header around it: addresses, and whether all its bytes are here."""

    source: Address
    destination: Address
    is_complete: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Where dissection goes on: which protocol, from which byte, up to which; `protocol` None is plain bytes.

    `why_unchecked` says why the checksums of an IP packet that begins here cannot be checked.
    """

    protocol: str | None
    start: int
    limit: int
    within: Within | None = None
    label: str = "payload"
    why_unchecked: str = ""


@cache
def _leaf(struct_name: str, field_name: str) -> tuple[Field, tuple[Field, ...]]:
    """A field of a struct and the bit fields in its bytes, highest bits first."""
    struct = STRUCTS[struct_name]
    leaf = struct.field(field_name)
    if leaf is None:
        raise LookupError(f"{struct_name} has no field {field_name}")
    inside = [
        (field.bits.shift, field)
        for field in struct.fields
        if field.bits is not None and (field.offset, field.size) == (leaf.offset, leaf.size)
    ]
    return leaf, tuple(field for _, field in sorted(inside, key=lambda item: -item[0]))


class LayerBuilder:
    """Takes fields off the front of what is left: `at` is the next byte, `limit` the end of what there is."""

    def __init__(self, data: bytes, step: Step, name: str, title: str) -> None:
        self.data = data
        self.start = self.at = step.start
        self.limit = step.limit
        self.name = name
        self.title = title
        self.fields: list[FieldView] = []

    @property
    def left(self) -> int:
        """The bytes not taken yet."""
        return self.limit - self.at

    def header(self, rows: tuple[Row, ...]) -> Mapping[str, int] | None:
        """Take the header of this layer's struct and return its values; None where the packet ends in it."""
        start = self.at
        for row in rows:
            if not self._take_row(row):
                return None
        end = self.at - start
        return MappingProxyType({
            field.name: number(field, self.data[start + field.offset : start + field.end])
            for field in STRUCTS[self.name].fields
            if field.end <= end
        })  # fmt: skip

    def _take_row(self, row: Row) -> bool:
        field, bit_fields = _leaf(self.name, row.field)
        name = f"{self.name}.{row.field}"
        if self.left < field.size:
            self.cut(name, row.label, field.size)
            return False
        raw = self.data[self.at : self.at + field.size]
        text, note = show(field, raw, row.in_hex)
        children = tuple(
            FieldView(
                f"{self.name}.{part.name}", part.name, self.at, field.size, str(number(part, raw)), part.doc,
                bits=part.bits,
            )
            for part in bit_fields
        )  # fmt: skip
        self.take(name, row.label, field.size, text, note, children=children)
        return True

    def take(
        self, name: str, label: str, size: int, text: str, note: str = "", status: Status = Status.OK,
        children: tuple[FieldView, ...] = (),
    ) -> None:  # fmt: skip
        """Take the next bytes as one field; at most what is left."""
        size = min(size, self.left)
        self.fields.append(FieldView(name, label, self.at, size, text, note, status, None, children))
        self.at += size

    def cut(self, name: str, label: str, size: int) -> None:
        """Take what is left as a field of which bytes are missing; nothing where nothing is left."""
        if self.left:
            raw = self.data[self.at : self.limit]
            note = f"the packet ends here: {self.left} of {size} bytes"
            self.take(name, label, self.left, raw[:16].hex(" "), note, Status.CUT)

    def group(self, name: str, label: str, text: str, since: int, note: str = "") -> None:
        """Put the fields taken since an index under one parent; nothing where there are none."""
        parts = tuple(self.fields[since:])
        if parts:
            size = parts[-1].end - parts[0].offset
            status = next((part.status for part in parts if part.status is not Status.OK), Status.OK)
            self.fields[since:] = [
                FieldView(name, label, parts[0].offset, size, text, note, status, None, parts)
            ]

    def amend(
        self, field: str, *, text: str | None = None, note: str | None = None, is_wrong: bool = False
    ) -> None:
        """Say more of a field of this layer's struct that was taken already."""
        path = f"{self.name}.{field}"
        for index, view in enumerate(self.fields):
            if view.name == path:
                status = Status.WRONG if is_wrong else view.status
                self.fields[index] = replace(
                    view,
                    text=view.text if text is None else text,
                    note=view.note if note is None else note,
                    status=status,
                )

    def text(self, field: str) -> str:
        """Return the text of a field of this layer's struct that was taken; nothing where it was not."""
        path = f"{self.name}.{field}"
        return next((view.text for view in self.fields if view.name == path), "")

    def layer(self, summary: str = "") -> Layer:
        """Return the layer of all that was taken."""
        return Layer(self.name, self.title, self.start, self.at, tuple(self.fields), summary)
