"""Layouts of the kernel's own structures that programs can look into, as its types (BTF) give them.

Recorded from Linux 6.18.44 (``python dev.py golden kernel_structs``): the structures behind maps, sockets,
packets and tasks, and all that lie inside of them, stand apart from the thousands of others, which are
looked up in a compressed text when they are asked for. Where two have one name, the first is meant.
"""

import json
import lzma
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple


class Member(NamedTuple):
    """One member. ``offset`` is in bytes, of a bit-field in bits (``bits`` is then its width, else 0).

    ``sort``: ``struct``, ``pointer`` (to the structure ``target``), ``other`` (a pointer to anything else) or
    ``number``; arrays have ``elements`` of ``size`` bytes each. ``tag`` is what the kernel says of a pointer
    (rcu, user, percpu).
    """

    name: str
    offset: int
    sort: str
    elements: int = 1
    size: int = 0
    target: str = ""
    tag: str = ""
    bits: int = 0


class Layout(NamedTuple):
    """A structure or ``union``: its name as messages print it, bytes, and members in order."""

    name: str
    size: int
    union: bool
    members: tuple[Member, ...]


_SORTS = {"s": "struct", "p": "pointer", "u": "other", "i": "number"}


def _member(row: list[object]) -> Member:
    name, offset, shape = str(row[0]), int(str(row[1])), row[2]
    parts = [str(part) for part in shape] if isinstance(shape, list) else []
    if parts[0] == "b":
        return Member(name, offset, "number", bits=int(parts[1]))
    target, tag = (*parts[3:], "", "")[:2]
    return Member(name, offset, _SORTS[parts[0]], int(parts[1]), int(parts[2]), target, tag)


@cache
def layouts() -> Mapping[str, Layout]:
    """Every layout by name; unnamed ones by the number of their type."""
    text = files("vm.uapi").joinpath("kernel_structs.json").read_text("utf-8")
    return MappingProxyType({key: _layout(row) for key, row in json.loads(text).items()})


def _layout(row: list[Any]) -> Layout:
    name, size, union, members = row[:4]
    return Layout(name, size, bool(union), tuple(_member(member) for member in members))


@cache
def _all() -> str:
    return lzma.decompress(files("vm.uapi").joinpath("kernel_structs_all.xz").read_bytes()).decode()


@lru_cache(1 << 8)
def layout(key: str) -> Layout | None:
    """The layout of any structure of the kernel by name, or by number where it has none."""
    found = layouts().get(key)
    if found is not None:
        return found
    head = f"\n{json.dumps(key)}: "
    at = _all().find(head)
    if at < 0:
        return None
    end = _all().index("\n", at + 1)
    return _layout(json.loads(_all()[at + len(head) : end]))


@lru_cache(1 << 6)
def struct_name(number: int) -> str | None:
    """The name of the structure whose type has that number in the recorded kernel; None where none has."""
    end = _all().find(f",{number}]\n")
    if end < 0:
        return None
    start = _all().rindex("\n", 0, end) + 1
    return str(json.loads(_all()[start : _all().index(": ", start)]))
