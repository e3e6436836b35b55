"""What a simulation is asked for, made into a world, events and attached programs."""

import base64
import binascii
import heapq
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface

from app.scenarios.read import read_or_raise
from app.schemas.simulate import AttachmentInput, ReplacementInput, SimulationInputs
from vm.asm import assemble
from vm.kernel.packet.pcap import read_capture
from vm.kernel.scenario import MILLISECOND
from vm.kernel.scenarios.model import Made, make
from vm.kernel.scenarios.table import scenario_named
from vm.kernel.world.attach import DEVICE_HOOKS, Attachment, Place, parse_place
from vm.kernel.world.events import PacketArrives, ProgramReplaced
from vm.kernel.world.spec import DEFAULT_WORLD, DeviceSpec, WorldSpec
from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.prog_types import HOOKS


@dataclass(frozen=True, slots=True)
class Attached:
    """An attachment, and the lines of the text its programs were written in (none for bytecode)."""

    attachment: Attachment
    lines: tuple[str, ...] = ()
    source: str = ""

    @property
    def place(self) -> str:
        """Where, as a learner writes it."""
        return str(self.attachment.place)

    @property
    def program(self) -> Program:
        """The program that is run first."""
        return self.attachment.programs[0]


@dataclass(frozen=True, slots=True)
class Replaced:
    """What an attachment becomes at a time; no programs: it is detached."""

    number: int
    time_ns: int
    programs: tuple[Program, ...]
    lines: tuple[str, ...] = ()

    @property
    def event(self) -> ProgramReplaced:
        """That it happens."""
        return ProgramReplaced(self.time_ns, self.number, self.programs)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a simulation needs. Events can be taken once."""

    title: str
    made: Made = field(repr=False)
    attached: tuple[Attached, ...]
    seed: int = 1
    warnings: tuple[str, ...] = ()
    replaced: tuple[Replaced, ...] = ()


def plan_of(inputs: SimulationInputs) -> Plan:
    """The plan; raises HookscopeError for what cannot be simulated."""
    attached = tuple(named_apart(found for item in inputs.attachments for found in _attached(item)))
    title, made, warnings = _happenings(inputs)
    plan = checked(Plan(title, made, attached, inputs.seed, warnings))
    return with_replacements(plan, [_replacement(item, attached) for item in inputs.replacements])


def with_replacements(plan: Plan, replaced: Sequence[Replaced]) -> Plan:
    """The plan with programs that are replaced while events flow."""
    if not replaced:
        return plan
    ordered = sorted(replaced, key=lambda item: item.time_ns)
    events = heapq.merge(plan.made.events, (item.event for item in ordered), key=lambda event: event.time_ns)
    made = replace(plan.made, events=events, count=plan.made.count + len(ordered))
    return replace(plan, made=made, replaced=tuple(ordered))


def _replacement(item: ReplacementInput, attached: Sequence[Attached]) -> Replaced:
    if item.attachment >= len(attached):
        raise HookscopeError.of(
            "no-attachment",
            f"there is no attachment {item.attachment}",
            f"there are {len(attached)}, from 0 on",
        )
    before = attached[item.attachment]
    if not item.source.strip():
        return Replaced(item.attachment, item.time_ns, ())
    found = next(_attached(AttachmentInput(source=item.source, place=before.place)))
    return replacement(item.attachment, item.time_ns, found, attached)


def replacement(number: int, time_ns: int, found: Attached, attached: Sequence[Attached]) -> Replaced:
    """An attachment's new programs, with names that tell them from those before."""
    known = {program.name for item in attached for program in item.attachment.programs}
    programs = tuple(
        replace(program, name=f"{program.name}_new") if program.name in known else program
        for program in found.attachment.programs
    )
    return Replaced(number, time_ns, programs, found.lines)


def checked(plan: Plan) -> Plan:
    """The plan, with what is odd about it; raises HookscopeError for a device that there is not."""
    for item in plan.attached:
        check_target(item.attachment.place, plan.made.world)
    return replace(plan, warnings=(*plan.warnings, *_hooks(plan.attached)))


def _happenings(inputs: SimulationInputs) -> tuple[str, Made, tuple[str, ...]]:
    chosen = [name for name in ("scenario", "script", "capture", "packets") if getattr(inputs, name)]
    if len(chosen) != 1:
        raise HookscopeError.of(
            "no-scenario",
            "there is nothing to simulate"
            if not chosen
            else f"{' and '.join(chosen)} cannot be simulated at once",
            "choose a scenario, write one, or open a capture",
        )
    match chosen[0]:
        case "scenario":
            scenario = scenario_named(inputs.scenario)
            return scenario.title, make(scenario, inputs.seed, inputs.parameters), ()
        case "script":
            script = read_or_raise(inputs.script)
            return (
                script.script.scenario,
                script.make(inputs.seed if inputs.seed != 1 else None, inputs.parameters.get("events")),
                (),
            )
        case "capture":
            return replayed_capture(_decoded(inputs.capture), inputs.device, inputs.parameters.get("events"))
        case _:
            times = inputs.times_ns or tuple(index * MILLISECOND for index in range(len(inputs.packets)))
            packets = [(time, bytes.fromhex(data)) for time, data in zip(times, inputs.packets, strict=False)]
            return "Packets", replayed(packets, inputs.device), ()


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise HookscopeError.of(
            "bad-capture", "the capture did not arrive whole", "open the file again"
        ) from None


def replayed_capture(data: bytes, device: str, most: int | None) -> tuple[str, Made, tuple[str, ...]]:
    """A capture replayed, ``most`` packets of it at most: title, world and events, what could not be read."""
    found = read_capture(data)
    kept = found.packets[:most]
    start = kept[0].timestamp_ns if kept else 0
    packets = [(max(0, packet.timestamp_ns - start), packet.data) for packet in kept]
    return "Capture", replayed(sorted(packets, key=lambda item: item[0]), device), found.warnings


def replayed(packets: Sequence[tuple[int, bytes]], device: str = "eth0") -> Made:
    """A world in which captured packets (ns since the first, frame) arrive at the host they were sent to."""
    world = world_of([data for _, data in packets], device)
    events = (PacketArrives(time, device, data) for time, data in packets)
    return Made(world, events, len(packets), frozenset())


def world_of(frames: Iterable[bytes], device: str = "eth0") -> WorldSpec:
    """The default world, its device having the addresses that most of the frames are sent to."""
    spec = DEFAULT_WORLD.device(device)
    if spec is None:
        names = ", ".join(found.id for found in DEFAULT_WORLD.devices)
        raise HookscopeError.of("no-device", f"there is no device {device[:40]}", f"there are {names}")
    links = Counter(data[:6] for data in frames if len(data) >= 14 and not data[0] & 1)
    if not links or spec.mac in links:
        return DEFAULT_WORLD
    mac = links.most_common(1)[0][0]
    hosts = Counter(
        data[30:34] for data in frames if data[:6] == mac and data[12:14] == b"\x08\x00" and len(data) >= 34
    )
    addresses = tuple(IPv4Interface(f"{IPv4Address(host)}/32") for host, _ in hosts.most_common(1))
    changed: DeviceSpec = replace(spec, mac=mac, addresses=spec.addresses + addresses)
    devices = tuple(changed if found is spec else found for found in DEFAULT_WORLD.devices)
    return replace(DEFAULT_WORLD, devices=devices)


def _attached(item: AttachmentInput) -> Iterator[Attached]:
    assembly = assemble(item.source)
    if not assembly.programs:
        raise (
            HookscopeError(assembly.errors[0])
            if assembly.errors
            else HookscopeError.of(
                "no-program",
                f"there is no program to attach at {item.place or 'its hook'}",
                "write one, or detach it",
            )
        )
    if assembly.errors:
        raise HookscopeError(assembly.errors[0])
    yield from attached_at(assembly.programs, item.place, item.source)


def attached_at(programs: Sequence[Program], place: str, source: str = "") -> Iterator[Attached]:
    """The attachments of one file: at ``place`` the program written for it (else the first), the others being
    there for tail calls; without a place each program at the hook that it names."""
    lines = tuple(source.split("\n")) if source else ()
    if not place:
        named = [program for program in programs if program.hook]
        if not named:
            raise HookscopeError.of(
                "no-place",
                f"{programs[0].name} does not say where to attach it",
                "name a place, or write .hook",
            )
        for program in named:
            yield from attached_at(
                [program, *(p for p in programs if p is not program)], str(program.hook), source
            )
        return
    found = parse_place(place)
    first = next(
        (program for program in programs if program.hook and _fits(program.hook, found)), programs[0]
    )
    kind = HOOKS[found.hook].prog_type
    others = [program for program in programs if program is not first and _shares(program, first)]
    chosen = tuple(replace(program, prog_type=kind) for program in (first, *others))
    yield Attached(Attachment(chosen, found.hook, found.target, found.generic), lines, source)


def _fits(hook: str, place: Place) -> bool:
    try:
        found = parse_place(hook)
    except HookscopeError:
        return False
    return found.hook == place.hook and found.target in ("", place.target)


def _shares(program: Program, first: Program) -> bool:
    return program.hook is None or program.hook == first.hook


def named_apart(attached: Iterable[Attached]) -> Iterator[Attached]:
    """Programs attached again get numbers, so that what is told of them is told of the right one."""
    seen: Counter[str] = Counter()
    for item in attached:
        names = {program.name for program in item.attachment.programs}
        number = 1 + max(seen[name] for name in names)
        seen.update(names)
        if number == 1:
            yield item
            continue
        programs = tuple(replace(one, name=f"{one.name}_{number}") for one in item.attachment.programs)
        yield replace(item, attachment=replace(item.attachment, programs=programs))


def check_target(place: Place, world: WorldSpec) -> None:
    """Raises HookscopeError where the world has no such device."""
    if place.hook not in DEVICE_HOOKS:
        return
    ids = [device.id for device in world.devices]
    if place.target not in ids:
        raise HookscopeError.of(
            "no-device", f"there is no device {place.target}", f"there are {', '.join(ids[:12])}"
        )


def _hooks(attached: Iterable[Attached]) -> Iterator[str]:
    for item in attached:
        written = item.program.hook
        if written and not _fits(written, item.attachment.place):
            yield f"{item.program.name} was written for {written} and is attached at {item.place}"
