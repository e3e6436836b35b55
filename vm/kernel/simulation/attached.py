"""Which programs stand where, found quickly; and the tasks and groups they ask about."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from vm.helpers.event import Task
from vm.kernel.hooks import known_point
from vm.kernel.hooks.point import HookPoint
from vm.kernel.simulation.maps import Maps
from vm.kernel.simulation.runner import Runner
from vm.kernel.simulation.standing import check_place, standing
from vm.kernel.simulation.tables import Tables
from vm.kernel.simulation.topology import Dev, Topology
from vm.kernel.world.attach import DEVICE_HOOKS, Attachment
from vm.kernel.world.spec import CgroupSpec, DeviceKind, WorldSpec
from vm.program import Program
from vm.source import HookscopeError, did_you_mean
from vm.uapi.prog_types import HOOKS, ProgType, Targets

if TYPE_CHECKING:
    from vm.kernel.simulation.probes import Probes

_GROUP_STEP = 10


class Attached:
    """The attachments of a simulation as runners: by device, by control group, by what they watch."""

    probes: "Probes"

    def __init__(
        self, spec: WorldSpec, topology: Topology, attachments: Sequence[Attachment], maps: Maps, limit: int
    ) -> None:
        self.topology = topology
        self.maps = maps
        self.limit = limit
        self.spec = spec
        self.groups = _groups(spec)
        self.points = tuple(point_of(attachment) for attachment in attachments)
        for attachment, point in zip(attachments, self.points, strict=True):
            _check(topology, self.groups, attachment, point)
        self.current = list(attachments)
        self._runners: list[Runner | None] = [None] * len(attachments)
        self._idle = [
            Task(comm=f"swapper/{cpu}", parent_comm=f"swapper/{cpu}", cpu=cpu) for cpu in range(spec.cpus)
        ]
        self._tasks: dict[tuple[int, int], Task] = {}
        for index in range(len(attachments)):
            self._make(index)
        self._place()

    def replace(self, index: int, programs: tuple[Program, ...]) -> None:
        """Attachment ``index`` has other programs from now on; none: it is detached."""
        before = self.current[index]
        self.current[index] = Attachment(programs, before.hook, before.target, before.generic)
        self._make(index)
        self._place()

    def _make(self, index: int) -> None:
        attachment = self.current[index]
        made = Runner(attachment, self.points[index], self.maps, self.limit) if attachment.programs else None
        self._runners[index] = made

    def _place(self) -> None:
        """Finds anew which programs stand at each place."""
        by_name: dict[str, tuple[Runner, ...]] = {}
        for point, runner in zip(self.points, self._runners, strict=True):
            if runner is not None:
                by_name[point.name] = (*by_name.get(point.name, ()), runner)
        self.by_name: Mapping[str, tuple[Runner, ...]] = by_name
        self._by_group: dict[tuple[str, str], tuple[Runner, ...]] = {}
        self.netfilter = standing(zip(self.points, self.current, self._runners, strict=True))
        self.lookups = by_name.get("sk_lookup", ())
        self.sockets = by_name.get("socket", ())
        self.watches_drops = any(name.endswith("kfree_skb") for name in by_name)
        for dev in self.topology.devices.values():
            self._equip(dev)

    def _equip(self, dev: Dev) -> None:
        def at(hook: str) -> tuple[Runner, ...]:
            return tuple(r for r in self.by_name.get(hook, ()) if r.attachment.target == dev.id)

        native = dev.spec.kind is not DeviceKind.LOOPBACK
        everything = at("xdp")
        dev.xdp = tuple(r for r in everything if native and not r.attachment.generic)
        dev.xdp_generic = tuple(r for r in everything if not native or r.attachment.generic)
        dev.tc, dev.tc_egress = at("tc"), at("tc-egress")
        dev.tcx, dev.tcx_egress = at("tcx/ingress"), at("tcx/egress")

    # What is asked.

    def group(self, hook: str, path: str) -> tuple[Runner, ...]:
        """The programs a control group is under: its own, then those of the groups above it."""
        key = hook, path
        found = self._by_group.get(key)
        if found is None:
            found = self._by_group[key] = tuple(self._inherited(hook, path))
        return found

    def _inherited(self, hook: str, path: str) -> list[Runner]:
        runners = self.by_name.get(hook, ())
        found: list[Runner] = []
        while runners:
            found += [runner for runner in runners if (runner.attachment.target or "/") == path]
            if path in ("", "/"):
                break
            path = path.rpartition("/")[0] or "/"
        return found

    def cgroup(self, tables: Tables, hook: str, pid: int) -> tuple[Runner, ...]:
        """The programs that a process' control group is under."""
        if hook not in self.by_name:
            return ()
        process = tables.processes.get(pid)
        return self.group(hook, process.spec.cgroup if process is not None else "/")

    def socket(self, tables: Tables, pid: int) -> tuple[Runner, ...]:
        """The filters of a process' sockets: those of its command's name, and those of all."""
        if not self.sockets:
            return ()
        process = tables.processes.get(pid)
        comm = process.spec.comm if process is not None else ""
        return tuple(r for r in self.sockets if r.attachment.target in ("", comm))

    def cgroup_id(self, path: str) -> int:
        """The id of a control group; 1, the root's, for one that is not there."""
        return self.groups.get(path, 1)

    def task(self, tables: Tables, pid: int, cpu: int) -> Task:
        """A process as programs see it; 0 is the idle task of a CPU."""
        process = tables.processes.get(pid)
        if process is None:
            return self._idle[cpu]
        spec = process.spec
        key = id(process), cpu
        found = self._tasks.get(key)
        if found is not None and found.pid == spec.pid and found.comm == spec.comm[:15]:
            return found
        parent = tables.processes.get(spec.ppid)
        made = Task(
            spec.pid, spec.tgid or spec.pid, spec.uid, spec.gid, spec.comm[:15],
            self.cgroup_id(spec.cgroup), spec.ppid, parent.spec.comm[:15] if parent else f"swapper/{cpu}",
            start_ns=process.start_ns, cpu=cpu,
        )  # fmt: skip
        if len(self._tasks) > 1 << 12:
            self._tasks.clear()
        self._tasks[key] = made
        return made


def point_of(attachment: Attachment) -> HookPoint:
    """The hook of an attachment; raises HookscopeError where there is no such."""
    named = attachment.hook
    point = known_point(f"{named}/{attachment.target}" if _targeted(named) else named)
    for program in attachment.programs[:1]:
        if program.prog_type is not point.prog_type and program.prog_type.value:
            message = f"{program.name or 'the program'} is a {program.prog_type.label} program"
            hint = f"{point.name} takes {point.prog_type.label} programs"
            raise HookscopeError.of("wrong-type", message, hint)
    return point


def _targeted(hook: str) -> bool:
    return HOOKS[hook].targets is not Targets.NONE


def _check(topology: Topology, groups: Mapping[str, int], attachment: Attachment, point: HookPoint) -> None:
    target = attachment.target
    if point.hook.name in DEVICE_HOOKS and target not in topology.devices:
        hint = did_you_mean(target, topology.devices) or f"there are {', '.join(topology.devices)}"
        raise HookscopeError.of("unknown-device", f"there is no device {target!r}", hint)
    if point.prog_type is ProgType.NETFILTER:
        check_place(topology, target)
    if target.startswith("/") and not _targeted(attachment.hook) and target not in groups:
        hint = did_you_mean(target, groups) or f"there are {', '.join(groups)}"
        raise HookscopeError.of("unknown-cgroup", f"there is no control group {target!r}", hint)


def _groups(spec: WorldSpec) -> dict[str, int]:
    """Ids of control groups by path: those given, and those processes and pods name, with their parents."""
    known = {found.path: found.id for found in (CgroupSpec("/", 1), *spec.cgroups)}
    named = [process.cgroup for process in spec.processes] + [pod.cgroup for pod in spec.pods]
    number = max(known.values())
    for path in named:
        while path not in known:
            number += _GROUP_STEP
            known[path] = number
            path = path.rpartition("/")[0] or "/"
    return known
