"""Pointers that are only good as they were given, without a variable offset or any at all."""

from typing import TYPE_CHECKING

from vm.verifier import tnum
from vm.verifier.checks.common import refuse
from vm.verifier.register import Register
from vm.verifier.rules import context as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def check_unmodified(walk: "Walk", regno: int, reg: Register, fixed_allowed: bool = False) -> None:
    """The pointer has no variable offset, and a fixed one only if that is allowed and not negative."""
    if reg.off < 0:
        refuse(walk, rules.POINTER_NEGATIVE, reg=regno, type=reg.type_text, off=reg.off)
    if reg.off and not fixed_allowed:
        refuse(walk, rules.POINTER_MODIFIED, reg=regno, type=reg.type_text, off=reg.off)
    if not reg.value.is_const or reg.value.value:
        refuse(
            walk, rules.POINTER_VARIABLE, reg=regno, type=reg.type_text, var_off=tnum.text(reg.value.var_off)
        )
