"""Map values: which maps programs may read and write, and contents that can never change."""

from typing import TYPE_CHECKING, Final

from vm.maps.locks import LOCK_SIZE, known_lock
from vm.program import MapSpec
from vm.uapi.map_types import MapFlag, MapType
from vm.verifier import scalar
from vm.verifier.checks.bounds import check_region
from vm.verifier.checks.common import flags_of, map_of, refuse
from vm.verifier.core_rules import CORE_RULES
from vm.verifier.register import Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rules import access as rules
from vm.verifier.rules import resources as rules_of_locks
from vm.word import sign_extend

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)


def check_value(
    walk: "Walk", regno: int, off: int, size: int, *, write: bool, zero_allowed: bool = False
) -> None:
    """The access at ``off`` (fixed part included) is allowed by the map's flags and lies in the value."""
    reg = walk.regs[regno]
    spec = map_of(walk, reg)
    forbidden = MapFlag.RDONLY_PROG if write else MapFlag.WRONLY_PROG
    if flags_of(spec) & forbidden:
        refuse(
            walk, rules.MAP_WRITE_FORBIDDEN if write else rules.MAP_READ_FORBIDDEN, map=spec.name,
            value_size=spec.value_size, off=off, size=size,
        )  # fmt: skip
    check_region(walk, regno, off, size, spec.value_size, zero_allowed)
    lock = known_lock(spec)
    if lock is not None:
        least, most = reg.value.smin + off, reg.value.umax + off + size
        if least < lock + LOCK_SIZE and lock < most:
            refuse(walk, rules_of_locks.LOCK_DIRECT, lock=lock, end=lock + LOCK_SIZE - 1)


def never_changes(spec: MapSpec) -> bool:
    """Neither programs nor user space can write to the map any more (bpf_map_is_rdonly)."""
    return bool(spec.flags & MapFlag.RDONLY_PROG) and spec.frozen


def direct_value(spec: MapSpec) -> bytes | None:
    """The content of a map whose values the kernel can name by address: arrays; None for other types."""
    if spec.type is not MapType.ARRAY:
        return None
    zero = bytes(4)
    value = next((value for key, value in reversed(spec.init) if key == zero), b"")
    return value.ljust(spec.value_size, b"\0")


def loaded(walk: "Walk", reg: Register, off: int, size: int, signed: bool) -> Register:
    """What a load gives: a number known beforehand where the map can never change."""
    spec = map_of(walk, reg)
    if not (reg.value.is_const and never_changes(spec)):
        return _UNKNOWN
    content = direct_value(spec)
    if content is None or size not in (1, 2, 4, 8):
        return _UNKNOWN
    if spec.max_entries != 1:
        refuse(walk, CORE_RULES["constant-of-many"])
    at = off + reg.value.value
    value = int.from_bytes(content[at : at + size], "little")
    return scalar_register(scalar.const(sign_extend(value, size * 8) if signed else value))
