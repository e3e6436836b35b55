"""What a learner is told about an access to the context that no program could have made."""

from typing import NoReturn

from vm.kernel.context.rules import CONTEXTS, FieldRule, rule_at
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.memory.region import Part, Region
from vm.uapi.prog_types import ProgType


class Converted:
    """Says of a region with converted fields that only loads and stores of single fields can touch it."""

    def __init__(self, name: str, size: int) -> None:
        why = "which is no plain memory: a program reads its fields one by one, and no helper does"
        self._part = Part(name, 0, size, why, FaultKind.CONTEXT)

    def part(self, off: int) -> Part:
        """Always the whole structure."""
        del off
        return self._part


def refuse(kind: ProgType, region: Region, off: int, size: int, *, write: bool) -> NoReturn:
    """Raises the MachineFault for an access at ``off`` of the context that ``permitted`` does not allow."""
    message, outside = _why(kind, off, size, write=write)
    raise MachineFault(
        Fault(FaultKind.CONTEXT, message, region.base + off, size, write, region.name, outside)
    )


def _why(kind: ProgType, off: int, size: int, *, write: bool) -> tuple[str, int]:
    struct = CONTEXTS[kind]
    verb = f"{'writes' if write else 'reads'} {size} byte{'s' if size > 1 else ''}"
    where = f"{verb} at ctx{off:+d}"
    if off < 0 or off + size > struct.size:
        outside = off if off < 0 else off + size - struct.size
        side = "before the start" if off < 0 else "past the end"
        return f"{where}, {abs(outside)} bytes {side} of {struct.name} ({struct.size} bytes)", outside
    rule = rule_at(kind, off)
    if rule is None:
        return f"{where}, where {struct.name} has no field", 0
    return f"{where}: {_reason(kind, rule, struct.name, off, size, write=write)}", 0


def _reason(kind: ProgType, rule: FieldRule, struct: str, off: int, size: int, *, write: bool) -> str:
    field = f"{struct}.{rule.name}"
    if kind not in (rule.writers if write else rule.readers):
        return f"a {kind.label} program may not {'write' if write else 'read'} {field}"
    if off % size:
        return f"{field} is read at an offset that is not a multiple of {size}"
    return f"{field} (bytes {rule.offset} to {rule.offset + rule.size - 1}) allows {rule.widths.value}"
