"""What a behaviour is: a way of acting that scenarios are made of, with what may be said of it.

A scenario's data names behaviours and gives each its numbers, texts and packets; the behaviours themselves
are programs, as a visitor who connects, asks and hangs up is one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from types import MappingProxyType
from typing import Any

from vm.kernel.world.events import Event
from vm.source import HookscopeError, did_you_mean


class Kind(StrEnum):
    """What a value of a behaviour is."""

    NUMBER = auto()
    TIME = auto()
    """Nanoseconds."""
    TEXT = auto()
    PROCESS = auto()
    """A pid."""
    TABLE = auto()
    """Rows of a behaviour's own: commands, processes with their paths, packets."""


@dataclass(frozen=True, slots=True)
class Given:
    """The values of one use of a behaviour, all known and of their kind; ``seed`` is the scenario's."""

    seed: int
    values: Mapping[str, Any]

    def number(self, name: str) -> int:
        """A number, a pid, or a time in ns."""
        found: int = self.values[name]
        return found

    def text(self, name: str) -> str:
        """A text."""
        found: str = self.values[name]
        return found

    def table(self, name: str) -> Any:
        """Rows, as the data has them."""
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a behaviour, given unless it has a ``default``. Numbers lie from ``low`` to ``high``."""

    name: str
    kind: Kind
    doc: str
    default: Any = None
    low: int = 0
    high: int = 1_000_000
    fits: Callable[[Any], bool] | None = None
    """What else must be true of it, such as that a text is an address, or rows have what they need."""


Acts = Callable[[Given], Iterable[Iterator[Event]]]
"""Makes streams of events, each in the order of time and each without end or with one."""
_TRUTH = Value("truth", Kind.TEXT, "The ground truth of its events.", "")


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A way of acting by name."""

    name: str
    doc: str
    acts: Acts = field(repr=False)
    values: tuple[Value, ...]

    @property
    def known(self) -> Mapping[str, Value]:
        """Everything that may be said of it."""
        return MappingProxyType({row.name: row for row in (*self.values, _TRUTH)})

    def given(self, seed: int, said: Mapping[str, Any]) -> Given:
        """Checks what was said; raises HookscopeError (``bad-behaviour``) where it cannot be."""
        known = self.known
        for name in said:
            if name not in known:
                hint = did_you_mean(name, known) or f"there are {', '.join(known)}"
                raise _bad(f"`{self.name}` has no `{name[:40]}`", hint)
        found = {}
        for name, row in known.items():
            if name not in said and row.default is None:
                raise _bad(f"`{self.name}` needs `{name}`", row.doc)
            found[name] = said.get(name, row.default)
            problem = _problem(row, found[name])
            if not problem and row.fits is not None and not row.fits(found[name]):
                problem = "does not fit"
            if problem:
                raise _bad(f"`{name}` of `{self.name}` {problem}", row.doc)
        return Given(seed, MappingProxyType(found))


def _bad(message: str, hint: str) -> HookscopeError:
    return HookscopeError.of("bad-behaviour", message, hint)


def _problem(row: Value, value: object) -> str:
    match row.kind:
        case Kind.NUMBER | Kind.PROCESS | Kind.TIME:
            if not isinstance(value, int) or isinstance(value, bool):
                return "is no number" if row.kind is not Kind.TIME else "is no time, such as 10ms"
            high = row.high if row.kind is Kind.NUMBER else 1 << 53
            least = row.low if row.kind is Kind.NUMBER else 0
            return "" if least <= value <= high else f"cannot be {value:,}: {least:,} to {high:,}"
        case Kind.TEXT:
            return "" if isinstance(value, str) and len(value) <= _LONGEST else "is no text"
        case Kind.TABLE:
            return "" if isinstance(value, list | tuple | dict) and value else "is empty"


_LONGEST = 300
