"""Buffers whose size only the running kernel knows: offsets must be constant, sizes are checked later."""

from typing import TYPE_CHECKING, Final

from vm.verifier import tnum
from vm.verifier.checks.common import refuse
from vm.verifier.register import Flag, Kind
from vm.verifier.rules import access as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

BUFFERS: Final = frozenset({Kind.TP_BUFFER, Kind.BUF})


def check_buffer(walk: "Walk", regno: int, off: int, size: int, *, write: bool) -> None:
    """An access at ``off`` (fixed part included) of the buffer in r``regno``."""
    reg = walk.regs[regno]
    name = "tracepoint"
    if reg.kind is Kind.BUF:
        name = "rdonly" if reg.flags & Flag.RDONLY else "rdwr"
        if write and reg.flags & Flag.RDONLY:
            refuse(walk, rules.READ_ONLY, reg=regno, type=reg.type_text)
    if off < 0:
        refuse(walk, rules.BUFFER_NEGATIVE, reg=regno, buffer=name, off=off, size=size)
    if not reg.value.is_const or reg.value.value:
        refuse(walk, rules.BUFFER_VARIABLE, reg=regno, off=off, var_off=tnum.text(reg.value.var_off))
