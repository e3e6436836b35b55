"""Programs at netfilter's five places: which stand there, in the order of their priorities."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from vm.kernel.hooks.netfilter import PRIORITY_DEFAULT
from vm.kernel.hooks.point import HookPoint
from vm.kernel.simulation.runner import Runner
from vm.kernel.simulation.topology import Topology
from vm.kernel.world.attach import Attachment
from vm.kernel.world.netfilter import netfilter_place
from vm.source import HookscopeError, did_you_mean
from vm.uapi.prog_types import ProgType


class Standing(NamedTuple):
    """A program at a place: its priority, the version of IP it sees (0 both), its namespace."""

    priority: int
    version: int
    netns: str
    runner: Runner


def check_place(topology: Topology, target: str) -> None:
    """Raises HookscopeError where the words behind a netfilter hook make no sense in this world."""
    place = netfilter_place(target)
    if place.netns not in topology.namespaces:
        known = [name for name in topology.namespaces if name]
        hint = did_you_mean(place.netns, known) or f"there are {', '.join(known) or 'none but the host'}"
        raise HookscopeError.of("unknown-netns", f"there is no network namespace {place.netns!r}", hint)


def standing(
    rows: Iterable[tuple[HookPoint, Attachment, Runner | None]],
) -> Mapping[str, tuple[Standing, ...]]:
    """Programs by station, in order. Raises HookscopeError for two of one priority at one place.

    A program without a priority takes the first that is free from PRIORITY_DEFAULT on. One that was detached
    keeps its priority.
    """
    taken: dict[tuple[str, str, int], int] = {}
    found: dict[str, list[Standing]] = {}
    for point, attachment, runner in rows:
        if point.prog_type is not ProgType.NETFILTER:
            continue
        place = netfilter_place(attachment.target)
        priority = place.priority
        if priority is None:
            priority = PRIORITY_DEFAULT
            while taken.get((point.station, place.netns, priority), 0) & _versions(place.version):
                priority += 1
        _take(taken, point, place.netns, place.version, priority)
        if runner is not None:
            found.setdefault(point.station, []).append(Standing(priority, place.version, place.netns, runner))
    return {station: tuple(sorted(rows, key=_priority)) for station, rows in found.items()}


def _priority(row: Standing) -> int:
    return row.priority


def _versions(version: int) -> int:
    return {4: 1, 6: 2}.get(version, 3)


def _take(
    taken: dict[tuple[str, str, int], int], point: HookPoint, netns: str, version: int, priority: int
) -> None:
    key, versions = (point.station, netns, priority), _versions(version)
    if taken.get(key, 0) & versions:
        raise HookscopeError.of(
            "priority-taken",
            f"two programs at {point.name} have the priority {priority}",
            "Linux refuses the second (EBUSY): give each its own, such as netfilter/local_in:-100",
        )
    taken[key] = taken.get(key, 0) | versions
