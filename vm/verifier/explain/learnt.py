"""What a comparison taught of a register, in words."""

from vm.verifier.explain.naming import Names, number, span
from vm.verifier.register import PACKET_KINDS, Kind, Register


def learnt(names: Names, key: tuple[bool, int, int], old: Register, new: Register) -> str:
    """What is known now and was not before; nothing where the difference means nothing to a person."""
    is_reg, _, at = key
    subject = f"r{at}" if is_reg else f"the value saved at r10 - {8 * (at + 1)}"
    if old.kind in PACKET_KINDS and new.kind in PACKET_KINDS:
        return _packet(subject, old, new)
    if old.maybe_null and not new.maybe_null:
        if new.kind is Kind.SCALAR:
            return f"{subject} is null here"
        return f"{subject} is not null here"
    if old.kind is Kind.SCALAR and new.kind is Kind.SCALAR:
        if old.value is new.value or span(old.value) == span(new.value):
            return ""
        return f"{subject} is {number(new.value)} here, before it was {number(old.value)}"
    return ""


def _packet(subject: str, old: Register, new: Register) -> str:
    if old.range == new.range:
        return ""
    if new.range < 0:
        return f"{subject} lies at or beyond data_end here"
    varies = not new.value.is_const
    start = "the place the variable offset leads to" if varies else "the packet's start"
    if new.range == 1:
        return f"the first byte from {start} exists"
    return f"bytes 0 to {new.range - 1} from {start} exist"
