"""What lies at an offset of a kernel structure (btf_struct_walk): a number, a pointer, or nothing whole."""

from typing import NamedTuple

from vm.uapi.kernel_structs import Layout, Member
from vm.uapi.kernel_structs import layout as layout_of
from vm.verifier.rejection import Rule
from vm.verifier.rules import structures as rules


class Found(NamedTuple):
    """``sort``: ``number``, ``pointer`` (to the structure ``target``) or ``other`` (a pointer to anything).

    ``tag`` and ``field`` are the pointer's; ``doubtful``: the way led through a union.
    """

    sort: str
    target: str = ""
    tag: str = ""
    field: str = ""
    doubtful: bool = False


class Missed(NamedTuple):
    """Why there is nothing that could be loaded: the rule and its details."""

    rule: Rule
    details: dict[str, int | str]


def look(struct: str, off: int, size: int) -> Found | Missed | None:
    """What a load of ``size`` bytes at ``off`` of ``struct`` gives; None where the layout is not known."""
    key, doubtful = struct, False
    while (layout := layout_of(key)) is not None:
        doubtful = doubtful or (layout.union and len(layout.members) != 1)
        step = _step(layout, off, size, doubtful)
        match step:
            case Found():
                return step._replace(doubtful=doubtful) if off + size <= layout.size else step
            case Missed():
                return step
            case _:
                key, off = step
    return None


def holds(struct: str, off: int, wanted: str) -> bool | Missed:
    """Whether at ``off`` of ``struct`` a ``wanted`` begins; Missed: what Linux says as it looks inside."""
    key = struct
    while off or key != wanted:
        layout = layout_of(key)
        step = None if layout is None else _step(layout, off, 1, False)
        match step:
            case None | Found():
                return False
            case Missed():
                return step
            case _:
                key, off = step
    return True


def _step(layout: Layout, off: int, size: int, doubtful: bool) -> Found | Missed | tuple[str, int]:
    """What lies there, or the structure within in which to go on."""
    if off + size <= layout.size:
        return _in_members(layout, off, size, doubtful)
    inside = _behind(layout, off)
    return inside or Missed(rules.STRUCT_BEYOND, {"struct": layout.name, "off": off, "size": size})


def _behind(layout: Layout, off: int) -> Found | tuple[str, int] | None:
    """Beyond the end a structure may go on as an array without a length."""
    last = layout.members[-1] if layout.members else None
    if last is None or last.elements or off < last.offset:
        return None
    if last.sort == "number":
        return Found("number")
    if last.sort != "struct" or not last.size:
        return None
    return last.target, (off - last.offset) % last.size


def _in_members(layout: Layout, off: int, size: int, doubtful: bool) -> Found | Missed | tuple[str, int]:
    for member in layout.members:
        start = member.offset // 8 if member.bits else member.offset
        if off + size <= start:
            break
        if member.bits:
            if off <= start and -(-(member.offset + member.bits) // 8) <= off + size:
                return Found("number")
            continue
        if off < start:
            break
        end = start + member.elements * member.size
        if off >= end:
            continue
        start += (off - start) // member.size * member.size
        if member.sort == "struct":
            return member.target, off - start
        found = _plain(layout, member, start, end, off, size)
        whole = isinstance(found, Found) or found.rule is not rules.STRUCT_BEYOND_MEMBER
        return found if whole or not doubtful else Found("number")
    return Missed(rules.STRUCT_NO_FIELD, {"struct": layout.name, "off": off, "size": size})


def _plain(layout: Layout, member: Member, start: int, end: int, off: int, size: int) -> Found | Missed:
    details: dict[str, int | str] = {
        "struct": layout.name, "member": member.name, "off": off, "size": size, "start": start, "end": end,
    }  # fmt: skip
    if member.sort in ("pointer", "other"):
        if size != 8 or off != start:
            return Missed(rules.STRUCT_PART_OF_POINTER, details)
        return Found(member.sort, member.target, member.tag, member.name)
    if off + size > end:
        return Missed(rules.STRUCT_BEYOND_MEMBER, details)
    return Found("number")
