"""Every named constant a program may use, by name.

The assembler, completion and the reference panel read this one table.
"""

from collections.abc import Mapping
from types import MappingProxyType

from vm.uapi import constants_bpf, constants_calls, constants_icmp, constants_net
from vm.uapi.constant import Constant, Group, table
from vm.uapi.errno import Errno

_ERRORS = Group(
    "error number",
    "Why a call failed: programs and system calls return it negated.",
    tuple((name, int(error), error.meaning) for name, error in Errno.__members__.items()),
)

GROUPS: tuple[Group, ...] = (
    *constants_bpf.VERDICTS,
    *constants_bpf.MAPS,
    *constants_bpf.HELPERS,
    *constants_net.GROUPS,
    *constants_icmp.GROUPS,
    *constants_calls.GROUPS,
    _ERRORS,
)
"""All groups, in the order to show them."""

CONSTANTS: Mapping[str, Constant] = MappingProxyType(table(GROUPS))
"""Every constant by its name, such as `XDP_DROP`."""

BY_GROUP: Mapping[str, tuple[Constant, ...]] = MappingProxyType(
    {group.name: tuple(group) for group in GROUPS}
)
"""The constants of a group, such as "XDP verdict", in the order to show them."""


_NAMES: Mapping[tuple[str, int], str] = MappingProxyType(
    {(row.group, row.value): row.name for rows in BY_GROUP.values() for row in reversed(rows)}
)


def name_of(group: str, value: int) -> str | None:
    """Return the first name in a group that stands for a value: ("XDP verdict", 1) is `XDP_DROP`."""
    return _NAMES.get((group, value))
