"""What all checks share: refusing, and the map a pointer belongs to."""

from typing import TYPE_CHECKING, NoReturn

from vm.program import MapSpec
from vm.uapi.map_types import MapFlag, MapType
from vm.verifier.rejection import Rejected, Rule

if TYPE_CHECKING:
    from vm.verifier.register import Register
    from vm.verifier.walk import Walk


def refuse(walk: "Walk", rule: Rule, **details: int | str) -> NoReturn:
    """Ends the walk: the instruction at hand breaks ``rule``."""
    raise Rejected(rule, walk.pc, prog_type=walk.program.prog_type.label, **details)


def map_of(walk: "Walk", reg: "Register") -> MapSpec:
    """The map of a map pointer, value or key; for one found in a map of maps, the inner model."""
    spec = walk.program.maps[reg.map]
    if reg.map_uid and spec.inner is not None:
        return spec.inner
    return spec


def flags_of(spec: MapSpec) -> int:
    """The map's flags as the kernel keeps them: programs only read device maps, whatever was asked for."""
    devices = spec.type in (MapType.DEVMAP, MapType.DEVMAP_HASH)
    return spec.flags | MapFlag.RDONLY_PROG if devices else spec.flags
