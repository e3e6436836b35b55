"""Keys of arrays known beforehand: a lookup that certainly finds its entry needs no comparison with null."""

from typing import TYPE_CHECKING

from vm.verifier.register import Kind, Register
from vm.verifier.state import SPILL, ZEROED
from vm.word import signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_UNKNOWN: tuple[int, None] = (-1, None)


def constant_key(walk: "Walk", key: Register, size: int) -> tuple[int, tuple[int, int] | None]:
    """The key of ``size`` bytes on the stack at ``key``, -1 if not known; frame and slot it was spilled to.

    The slot is None where the bytes are known zeroes rather than a spilled number.
    """
    if not walk.profile.bpf_capable or key.kind is not Kind.STACK or not key.value.is_const:
        return _UNKNOWN
    index, byte = divmod(-(key.off + signed(key.value.value)) - 1, 8)
    slot = walk.state.frames[key.frame].slot(index)
    if _run(slot.types, byte, ZEROED) >= size:
        return 0, None
    if slot.types[7] != SPILL or slot.spilled.kind is not Kind.SCALAR:
        return _UNKNOWN
    if _run(slot.types, byte, SPILL) != size or not slot.spilled.value.is_const:
        return _UNKNOWN
    return signed(slot.spilled.value.value), (key.frame, index)


def _run(types: bytes, byte: int, kind: int) -> int:
    """How many bytes from ``byte`` on, towards higher addresses, are of that kind, within the slot."""
    count = 0
    while byte - count >= 0 and types[byte - count] == kind:
        count += 1
    return count
