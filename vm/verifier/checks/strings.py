"""Strings helpers take as constants: in maps that can never change, ended by a zero byte."""

from typing import TYPE_CHECKING

from vm.verifier.checks import map_values
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.rules import arguments as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def check_string(walk: "Walk", regno: int, helper: str) -> bytes:
    """The string r``regno`` points to, without its zero byte."""
    reg = walk.regs[regno]
    spec = map_of(walk, reg)
    if not map_values.never_changes(spec):
        refuse(walk, rules.STRING_NOT_READ_ONLY, reg=regno, map=spec.name, helper=helper)
    if not reg.value.is_const:
        refuse(walk, rules.STRING_VARIABLE, reg=regno)
    content = map_values.direct_value(spec)
    if content is None:
        refuse(walk, rules.STRING_NO_DIRECT, map=spec.name, map_label=spec.type.label)
    map_values.check_value(walk, regno, reg.off, spec.value_size - reg.off, write=False)
    if spec.max_entries != 1:
        refuse(walk, rules.STRING_ADDRESS, map=spec.name)
    text, end, _ = content[reg.off + reg.value.value :].partition(b"\0")
    if not end:
        refuse(walk, rules.STRING_UNTERMINATED, map=spec.name)
    return text
