"""What one named constant is, and the rows its tables are made of."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Row = tuple[str, int, str]
"""Name, value, meaning."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A name of the user API and its value; `group` says what it is one of, `doc` what it means."""

    name: str
    value: int
    group: str
    doc: str


@dataclass(frozen=True, slots=True)
class Group:
    """Constants of one kind, such as the XDP verdicts, in the order to show them."""

    name: str
    doc: str
    rows: tuple[Row, ...]

    def __iter__(self) -> Iterator[Constant]:
        return (Constant(name, value, self.name, doc) for name, value, doc in self.rows)


def table(groups: Iterable[Group]) -> dict[str, Constant]:
    """Return the constants of all groups by name, in their order."""
    return {constant.name: constant for group in groups for constant in group}
