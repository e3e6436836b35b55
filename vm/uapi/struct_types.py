"""What a structure is: named fields at fixed offsets, each of a kind that says how to read it."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How the bytes of a field are to be read and shown."""

    UINT = "unsigned number, little-endian as the CPU's"
    SINT = "signed number, little-endian as the CPU's"
    BE16 = "unsigned number in network order, in the first 2 bytes"
    BE32 = "unsigned number in network order, in the first 4 bytes"
    IPV4 = "IPv4 address"
    IPV6 = "IPv6 address"
    MAC = "Ethernet address"
    PORT = "port in network order, in the first 2 bytes"
    CHECKSUM = "internet checksum in network order"
    FLAGS = "bits, each with a meaning of its own"
    POINTER = "pointer: the verifier turns the load into the real address"
    BYTES = "bytes without a further meaning"
    PAD = "bytes the structure leaves unused"


@dataclass(frozen=True, slots=True)
class Bits:
    """A part of a field's value: `width` bits from bit `shift`, counted from the least significant.

    The value is the field's `size` bytes read as its kind says: network order for BE16 and BE32, else
    little-endian.
    """

    shift: int
    width: int

    @property
    def mask(self) -> int:
        """The bits, in place."""
        return ((1 << self.width) - 1) << self.shift

    def of(self, value: int) -> int:
        """Return the bits of a value, shifted down."""
        return (value & self.mask) >> self.shift


@dataclass(frozen=True, slots=True)
class Field:
    """A named place in a structure.

    `offset` and `size` are bytes; `bits` narrows them further. `count` is the number of elements of an array.
    `alias` marks a second name for bytes that another field names already: the others tile their
    structure. `symbols` names the group of `vm.uapi.constants` that the value is one of.
    """

    name: str
    offset: int
    size: int
    kind: Kind
    doc: str
    bits: Bits | None = None
    count: int = 1
    alias: bool = False
    symbols: str | None = None

    @property
    def end(self) -> int:
        """The offset just past the field."""
        return self.offset + self.size

    @property
    def element_size(self) -> int:
        """The bytes of one element of an array; of the field, where it is none."""
        return self.size // self.count


@dataclass(frozen=True, slots=True)
class Struct:
    """A structure: its size in bytes and its fields, in order of offset, aliases after what they rename."""

    name: str
    size: int
    fields: tuple[Field, ...]
    doc: str

    def field(self, name: str) -> Field | None:
        """Return the field of that name; `cb0` stands for `cb[0]`."""
        if name[-1:].isdigit() and not name.endswith("]"):
            name_of_element = f"{name[:-1]}[{name[-1]}]"
        else:
            name_of_element = name
        return next((field for field in self.fields if field.name in (name, name_of_element)), None)


def words(start: int, *rows: tuple[str, str]) -> tuple[Field, ...]:
    """Return 4-byte fields one after the other, of names and docs."""
    return tuple(Field(name, start + 4 * i, 4, Kind.UINT, doc) for i, (name, doc) in enumerate(rows))


def array(field: Field) -> tuple[Field, ...]:
    """Return an array field followed by an alias for each of its elements: `cb`, `cb[0]`, `cb[1]` …."""
    size = field.element_size
    kind = Kind.BE32 if field.kind is Kind.IPV6 else field.kind
    elements = (
        Field(f"{field.name}[{i}]", field.offset + i * size, size, kind, f"{field.doc} Word {i}.", alias=True)
        for i in range(field.count)
    )  # fmt: skip
    return (field, *elements)
