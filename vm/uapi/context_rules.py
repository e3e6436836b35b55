"""Which context fields a program may read and write, at which offsets and widths, and what a load gives.

One row per field of ``xdp_md`` and ``__sk_buff``. Places and sizes come from ``vm.uapi``; who may touch what
was asked of Linux 6.18 by loading one program per field, width and program type (recorded in
tests/data/helpers). The machine and the verifier read the same rows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType

from vm.uapi.prog_types import ProgType
from vm.uapi.struct_types import Struct
from vm.uapi.structs_context import SK_BUFF, XDP_MD


class Widths(Enum):
    """Which widths of access a field allows; all accesses must be aligned to their own width."""

    WORD = "only all 4 bytes at once"
    DOUBLE = "only all 8 bytes at once"
    BYTE = "only its one byte"
    NARROW = "1, 2 or 4 bytes to read, 4 to write"
    START = "1, 2 or 4 bytes from its start"
    PORT = "its 2 bytes, one of them, or 4 bytes from its start"
    ARRAY = "1, 2, 4 or 8 bytes that stay inside the array"
    NONE = "never"


class Points(StrEnum):
    """What a field's load points at, where it gives a pointer."""

    DATA = "data"
    META = "data_meta"
    END = "data_end"
    SOCKET = "sk"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One field: where it is, who may touch it, how wide, and how many bytes the kernel keeps (``kept``).

    A load narrower than ``kept`` is shifted and masked; one as wide or wider is not, which shows
    where the field in the kernel's own structure is smaller than in the context.
    """

    name: str
    offset: int
    size: int
    widths: Widths
    readers: frozenset[ProgType]
    writers: frozenset[ProgType] = frozenset()
    kept: int = 4
    points: Points | None = None

    def allows(self, off: int, size: int, *, write: bool) -> bool:
        """Whether the place and width are allowed, whoever asks."""
        if off % size or not self.offset <= off < self.offset + self.size:
            return False
        if off + size > self.offset + self.size and self.widths is not Widths.PORT:
            return False
        match self.widths:
            case Widths.WORD:
                return size == 4
            case Widths.DOUBLE:
                return size == 8
            case Widths.BYTE:
                return size == 1
            case Widths.NARROW:
                return size == 4 or (size < 4 and not write)
            case Widths.START:
                return off == self.offset and size <= 4
            case Widths.PORT:
                return size <= 2 or (size == 4 and off == self.offset)
            case Widths.ARRAY:
                return True
            case Widths.NONE:
                return False

    def cut(self, value: int, off: int, size: int) -> int:
        """What a load of ``size`` bytes at ``off`` gives of the field's ``value``."""
        if self.widths not in (Widths.NARROW, Widths.START, Widths.PORT) or size >= self.kept:
            return value
        return value >> 8 * ((off - self.offset) & 3) & ((1 << 8 * size) - 1)


_P = ProgType
_XDP = frozenset({_P.XDP})
_TC = frozenset({_P.SCHED_CLS, _P.SCHED_ACT})
_LWT = frozenset({_P.LWT_IN, _P.LWT_OUT, _P.LWT_XMIT})
_CGROUP = frozenset({_P.CGROUP_SKB})
_SOCKET = frozenset({_P.SOCKET_FILTER})
_SK_SKB = frozenset({_P.SK_SKB})
_NOBODY: frozenset[ProgType] = frozenset()
_ALL = _TC | _LWT | _CGROUP | _SOCKET | _SK_SKB

_XDP_ROWS: tuple[tuple[str, Widths, Points | None, bool], ...] = (
    ("data", Widths.WORD, Points.DATA, True),
    ("data_end", Widths.WORD, Points.END, True),
    ("data_meta", Widths.WORD, Points.META, True),
    ("ingress_ifindex", Widths.WORD, None, True),
    ("rx_queue_index", Widths.WORD, None, True),
    ("egress_ifindex", Widths.WORD, None, False),
)

# name, widths, who reads, who writes, bytes kept, pointer
_SKB_ROWS: tuple[tuple[str, Widths, frozenset[ProgType], frozenset[ProgType], int, Points | None], ...] = (
    ("len", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("pkt_type", Widths.NARROW, _ALL, _NOBODY, 1, None),
    ("mark", Widths.NARROW, _ALL - _SK_SKB, _TC | _LWT | _CGROUP, 4, None),
    ("queue_mapping", Widths.NARROW, _ALL, _TC, 2, None),
    ("protocol", Widths.NARROW, _ALL, _NOBODY, 2, None),
    ("vlan_present", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("vlan_tci", Widths.NARROW, _ALL, _NOBODY, 2, None),
    ("vlan_proto", Widths.NARROW, _ALL, _NOBODY, 2, None),
    ("priority", Widths.NARROW, _ALL, _ALL - _SOCKET, 4, None),
    ("ingress_ifindex", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("ifindex", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("tc_index", Widths.NARROW, _ALL, _TC | _SK_SKB, 2, None),
    ("cb", Widths.ARRAY, _ALL, _ALL - _SK_SKB, 20, None),
    ("hash", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("tc_classid", Widths.NARROW, _TC, _TC, 2, None),
    ("data", Widths.WORD, _ALL - _SOCKET, _NOBODY, 4, Points.DATA),
    ("data_end", Widths.WORD, _ALL - _SOCKET, _NOBODY, 4, Points.END),
    ("napi_id", Widths.NARROW, _ALL, _NOBODY, 4, None),
    ("family", Widths.NARROW, _CGROUP | _SK_SKB, _NOBODY, 2, None),
    ("remote_ip4", Widths.WORD, _CGROUP | _SK_SKB, _NOBODY, 4, None),
    ("local_ip4", Widths.WORD, _CGROUP | _SK_SKB, _NOBODY, 4, None),
    ("remote_ip6", Widths.WORD, _CGROUP | _SK_SKB, _NOBODY, 4, None),
    ("local_ip6", Widths.WORD, _CGROUP | _SK_SKB, _NOBODY, 4, None),
    ("remote_port", Widths.NARROW, _CGROUP | _SK_SKB, _NOBODY, 2, None),
    ("local_port", Widths.NARROW, _CGROUP | _SK_SKB, _NOBODY, 2, None),
    ("data_meta", Widths.WORD, _TC, _NOBODY, 4, Points.META),
    ("flow_keys", Widths.NONE, _NOBODY, _NOBODY, 8, None),
    ("tstamp", Widths.DOUBLE, _TC | _CGROUP, _TC | _CGROUP, 8, None),
    ("wire_len", Widths.NARROW, _TC, _NOBODY, 4, None),
    ("gso_segs", Widths.NARROW, _ALL, _NOBODY, 2, None),
    ("sk", Widths.DOUBLE, _ALL, _NOBODY, 8, Points.SOCKET),
    ("gso_size", Widths.NARROW, _ALL, _NOBODY, 2, None),
    ("tstamp_type", Widths.BYTE, _TC, _NOBODY, 1, None),
    ("hwtstamp", Widths.DOUBLE, _TC | _CGROUP, _NOBODY, 8, None),
)


def place_in(struct: Struct, name: str) -> tuple[int, int]:
    """Offset and size of a field of a structure of the user API."""
    field = next(field for field in struct.fields if field.name == name)
    return field.offset, field.size


def _rules() -> Iterator[tuple[Struct, FieldRule]]:
    for name, widths, points, readable in _XDP_ROWS:
        readers = _XDP if readable else _NOBODY
        yield XDP_MD, FieldRule(name, *place_in(XDP_MD, name), widths, readers, points=points)
    for name, widths, readers, writers, kept, points in _SKB_ROWS:
        yield SK_BUFF, FieldRule(name, *place_in(SK_BUFF, name), widths, readers, writers, kept, points)


XDP_RULES: tuple[FieldRule, ...] = tuple(rule for struct, rule in _rules() if struct is XDP_MD)
"""The fields of ``xdp_md``, in order."""
SKB_RULES: tuple[FieldRule, ...] = tuple(rule for struct, rule in _rules() if struct is SK_BUFF)
"""The fields of ``__sk_buff``, in order."""

SKB_TYPES = _ALL
"""Program types whose context is ``__sk_buff`` and that are tabled here."""

CONTEXTS: Mapping[ProgType, Struct] = MappingProxyType(
    {_P.XDP: XDP_MD} | dict.fromkeys(sorted(SKB_TYPES), SK_BUFF)
)
"""The structure r1 points to, per program type."""


def rules_of(kind: ProgType) -> tuple[FieldRule, ...]:
    """All fields of the context of ``kind``; empty where it has no tabled context."""
    if kind is ProgType.XDP:
        return XDP_RULES
    return SKB_RULES if kind in SKB_TYPES else ()


def rule_at(kind: ProgType, off: int) -> FieldRule | None:
    """The field that byte ``off`` of the context belongs to."""
    return next((rule for rule in rules_of(kind) if rule.offset <= off < rule.offset + rule.size), None)


def permitted(kind: ProgType, off: int, size: int, *, write: bool) -> bool:
    """Whether Linux lets a program of type ``kind`` access ``size`` bytes at ``off`` of its context."""
    rule = rule_at(kind, off)
    if rule is None or not rule.allows(off, size, write=write):
        return False
    return kind in (rule.writers if write else rule.readers)
