"""``hookscope run | map | batch``: programs on packets, without a browser."""

import json
import sys
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import click

from app.batch.loop import answers, lines
from app.cli.files import FileOrDash
from app.cli.programs import all_programs
from app.workbench.verdicts import named, verdict_of
from vm.cfg.structure import check_structure
from vm.change import OutputKind
from vm.kernel.engine_native import Native
from vm.kernel.hooks import HOOK_POINTS, HookPoint, known_point
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.hexdump import from_hex
from vm.kernel.packet.pcap import read_capture
from vm.kernel.packet.samples import SAMPLES
from vm.kernel.run import ended_runs
from vm.kernel.sample_events import sample_events
from vm.kernel.scenario import Scenario, Setup
from vm.machine.oops import oops
from vm.machine.trace import Trace
from vm.maps import BpfMap
from vm.maps.display import key_text, value_text
from vm.memory.memory import Memory
from vm.program import Program
from vm.source import HookscopeError
from vm.story.part import plain
from vm.story.teller import Teller

SHOWN = 200
"""Map entries printed."""


@click.command()
@click.argument("file", type=FileOrDash())
@click.option(
    "--hook", help="Where to attach, such as xdp or kprobe/vfs_read; else the program's .hook, or xdp."
)
@click.option("--packet", "hexes", multiple=True, help="A packet as hex; may be given several times.")
@click.option(
    "--pcap", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Packets of a capture."
)
@click.option("--sample", type=click.Choice(list(SAMPLES)), help="Packets that come with Hookscope.")
@click.option("--steps", is_flag=True, help="Tell every step.")
@click.option("--force", is_flag=True, help="Run also what Linux would refuse: no safety net.")
@click.option(
    "--engine",
    type=click.Choice(["machine", "native"]),
    default="machine",
    help="native: machine code where this computer allows it; answers only, no steps.",
)
def run(
    file: bytes,
    hook: str | None,
    hexes: tuple[str, ...],
    pcap: Path | None,
    sample: str | None,
    steps: bool,
    force: bool,
    engine: str,
) -> None:
    """Run FILE on packets and print what became of each, and what the maps hold in the end.

    At a hook without packets (tracepoints, kprobes, LSM, sockets …) sample events happen instead.
    """
    programs = all_programs(file)
    rejection = check_structure(programs[0])
    if rejection is not None and not rejection.rule.walked and not force:
        raise HookscopeError.of(
            "refused", f"Linux refuses it: {rejection.message}", "--force runs it all the same"
        )
    chosen = known_point(hook) if hook else _hook_of(programs[0])
    happenings = sample_events(chosen)
    packets = () if happenings else tuple(_packets(hexes, pcap, sample))
    if happenings and (hexes or pcap or sample):
        raise HookscopeError.of("no-packet-here", f"{chosen.name} sees no packets", "leave the packets away")
    setup = Setup(programs, chosen.prog_type, packets, happenings=happenings)
    if engine == "native":
        if steps:
            raise HookscopeError.of(
                "no-steps", "native code tells no steps", "leave --steps or --engine away"
            )
        _natively(setup, chosen)
        return
    scenario = Scenario(setup)
    for index in range(len(scenario)):
        trace = scenario.trace(index)
        verdict = verdict_of(chosen, trace.ended)
        click.echo(_heading(setup, index))
        if steps:
            _tell(trace, chosen)
        click.echo(f"  {verdict.name} after {len(trace):,} steps{_why(trace)}")
    _maps(scenario.maps(len(scenario)))


def _heading(setup: Setup, index: int) -> str:
    if setup.happenings:
        return f"event {index + 1}: {setup.happenings[index].text}"
    return f"packet {index + 1}: {dissect(setup.packets[index]).summary}"


def _natively(setup: Setup, point: HookPoint) -> None:
    """Prints what native code comes to: verdicts and maps."""
    with Native() as native:
        runs, maps = ended_runs(setup, native)
        if native.why_not is not None:
            click.echo(f"generated Python ran it: {native.why_not}", err=True)
    for index, (ended, count) in enumerate(runs):
        why = f"\n  {ended.message}" if ended.message else ""
        click.echo(f"{_heading(setup, index)}\n  {verdict_of(point, ended).name} after {count:,} steps{why}")
    _maps(maps)


def _hook_of(program: Program) -> HookPoint:
    """The hook the text names, else the first for its program type, else XDP; raises HookscopeError."""
    if program.hook:
        return known_point(program.hook)
    fitting = [point for point in HOOK_POINTS.values() if point.prog_type is program.prog_type]
    return (fitting or [HOOK_POINTS["xdp"]])[0]


def _packets(hexes: tuple[str, ...], pcap: Path | None, sample: str | None) -> Iterator[bytes]:
    yield from map(from_hex, hexes)
    if pcap is not None:
        yield from (packet.data for packet in read_capture(pcap.read_bytes()).packets)
    if sample is not None or (not hexes and pcap is None):
        yield from (packet.data for packet in SAMPLES[sample or "mixed-web"].make())


def _tell(trace: Trace, point: HookPoint) -> None:
    teller = Teller(trace.seek(0), partial(named, point))
    while told := teller.step():
        click.echo(f"  {told[0].number + 1:5}  {plain(told[1].did)}")


def _why(trace: Trace) -> str:
    pipe = [
        output.data.decode("utf-8", "replace")
        for _, output in trace.outputs
        if output.kind is OutputKind.TRACE_PIPE
    ]
    lines = [f"\n  trace_pipe: {line.rstrip()}" for line in pipe]
    if trace.fault is not None:
        before = trace.state(len(trace) - 1)
        lines.append("\n" + oops(trace.fault, before, trace.world.programs[before.program]))
    elif trace.ended.message:
        lines.append(f"\n  {trace.ended.message}")
    return "".join(lines)


def _maps(maps: tuple[BpfMap, ...]) -> None:
    for found in maps:
        if not found.count() or found.spec.name.startswith("."):
            continue
        click.echo(f"map {found.spec.name} ({found.spec.type.label}, {found.count():,} entries)")
        for key, value, cpu in islice(found.shown(), SHOWN):
            place = "" if cpu is None else f" cpu {cpu}"
            click.echo(f"  {key_text(found.spec, key)}{place}: {value_text(found.spec, value)}")


@click.command(name="map")
@click.argument("file", type=FileOrDash())
def map_(file: bytes) -> None:
    """Make the maps that FILE declares and print them, with their first contents, as JSON lines."""
    programs = all_programs(file)
    scenario = Scenario(Setup(programs, programs[0].prog_type, ()))
    for found in scenario.maps(0):
        spec = found.spec
        click.echo(
            json.dumps(
                {
                    "name": spec.name,
                    "type": spec.type.label,
                    "key_size": spec.key_size,
                    "value_size": spec.value_size,
                    "max_entries": spec.max_entries,
                    "flags": spec.flags,
                    "bytes": _footprint(found),
                    "entries": [
                        [key_text(spec, key), value_text(spec, value)]
                        for key, value, _ in islice(found.shown(), SHOWN)
                    ],
                }
            )
        )


def _footprint(found: BpfMap) -> int:
    memory: Memory = found.memory
    return sum(len(region.data) for region in memory.regions if region.owner == found.index)


@click.command()
def batch() -> None:
    """Answer JSON lines from standard input, a line each: run, verify, cfg, asm, disasm.

    docs/batch.md says what a line holds.
    """
    for line in answers(lines(sys.stdin.buffer)):
        click.echo(line)
