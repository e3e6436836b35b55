"""Members of the kernel's own structures by their path: where they lie, and what they lead to."""

from functools import cache
from typing import NamedTuple

from vm.uapi.kernel_structs import Layout, Member, layouts


class Place(NamedTuple):
    """A member: ``offset`` and ``size`` in bytes (of the whole array, where it is one).

    ``target`` names the structure that it is, or that it points to; "" for numbers and other pointers.
    """

    offset: int
    size: int
    sort: str
    target: str = ""


@cache
def member(struct: str, path: str) -> Place | None:
    """The member of ``struct`` at a dotted ``path``; members of unnamed structures are its own.

    None where there is none of that name, or it is a bit-field.
    """
    layout = layouts().get(struct)
    name, _, rest = path.partition(".")
    found = _find(layout, name) if layout is not None and name else None
    if found is None:
        return None
    offset, row = found
    place = Place(offset, row.elements * row.size, row.sort, row.target)
    if not rest:
        return place
    inner = member(row.target, rest) if row.sort == "struct" else None
    return inner and inner._replace(offset=offset + inner.offset)


def _find(layout: Layout, name: str) -> tuple[int, Member] | None:
    for row in layout.members:
        if row.bits:
            continue
        if row.name == name:
            return row.offset, row
        inner = layouts().get(row.target) if not row.name and row.sort == "struct" else None
        found = _find(inner, name) if inner is not None else None
        if found is not None:
            return row.offset + found[0], found[1]
    return None


def size_of(struct: str) -> int:
    """Bytes of a structure; raises KeyError for one that is not known."""
    return layouts()[struct].size
