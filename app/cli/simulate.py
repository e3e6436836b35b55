"""``hookscope simulate``: a scenario, a script or a capture through the modeled kernel, past programs."""

import json
import sys
import time
from pathlib import Path

import click

from app.cli.files import MAX_INPUT, text
from app.cli.programs import all_programs, is_text
from app.cli.simulation_report import report, scenario_list
from app.scenarios.read import read
from app.scenarios.schema import nanoseconds
from app.schemas.outcome_pages import PAGE, AuditRequest
from app.workbench.simulate_export import ENDS, exported
from app.workbench.simulate_inputs import (
    Attached,
    Plan,
    Replaced,
    attached_at,
    checked,
    named_apart,
    replacement,
    replayed_capture,
    with_replacements,
)
from app.workbench.simulate_summary import audit, summary
from app.workbench.simulated import Simulated
from app.workbench.watch import Watch
from vm.kernel.scenarios.model import make
from vm.kernel.scenarios.table import SCENARIOS, scenario_named
from vm.kernel.world.attach import split_attach
from vm.source import HookscopeError

SCRIPTS, CAPTURES = (".yaml", ".yml"), (".pcap", ".pcapng", ".cap")
QUIET_SECONDS = 1.0
"""Progress is told of what takes longer."""


@click.command()
@click.argument("subject", required=False)
@click.option(
    "--attach",
    "places",
    multiple=True,
    metavar="FILE[@PLACE]",
    help="A program and where: prog.bpf@xdp:eth0, prog.bpf@kprobe/vfs_read; else the program's .hook.",
)
@click.option(
    "--replace",
    "changes",
    multiple=True,
    metavar="TIME:FILE[@PLACE]",
    help="At a time, such as 2s, another program for the attachment at that place.",
)
@click.option("--seed", type=click.IntRange(0, 2**64 - 1), help="Another run of chance.")
@click.option("--set", "settings", multiple=True, metavar="KEY=NUMBER", help="A parameter of the scenario.")
@click.option("--events", type=click.IntRange(1), help="How many events happen at most.")
@click.option("--device", default="eth0", show_default=True, help="Where the packets of a capture arrive.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--audit",
    "audited",
    type=click.IntRange(0, PAGE),
    default=10,
    show_default=True,
    help="Lines of the audit that are printed.",
)
@click.option(
    "--pcap-out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the packets with what became of each as pcapng.",
)
@click.option(
    "--pcap-only", type=click.Choice([end for end in ENDS if end]), help="Only packets that ended so."
)
def simulate(
    subject: str | None,
    places: tuple[str, ...],
    changes: tuple[str, ...],
    seed: int | None,
    settings: tuple[str, ...],
    events: int | None,
    device: str,
    as_json: bool,
    audited: int,
    pcap_out: Path | None,
    pcap_only: str | None,
) -> None:
    """Let SUBJECT happen: the name of a scenario, a script (.yaml) or a capture (.pcap, .pcapng).

    Prints what became of the packets and calls, per station and program line, what the maps hold, who was
    denied what, and how good detection is by the scenario's ground truth. Without SUBJECT, lists the
    scenarios.
    """
    if subject is None:
        for line in scenario_list(SCENARIOS.values()):
            click.echo(line)
        return
    given = _numbers(settings) | ({"events": events} if events is not None else {})
    attached = _attached(places)
    plan = with_replacements(_plan(subject, seed, given, device, attached), _replaced(changes, attached))
    found = Simulated("simulation", plan)
    seconds = _run(found)
    reply = summary(found, 0)
    lines = audit(found, AuditRequest(simulation="", limit=max(1, audited))).lines[:audited]
    if as_json:
        told = reply.model_dump(exclude={"simulation", "revision"})
        click.echo(
            json.dumps({**told, "audit": [line.model_dump() for line in lines], "seconds": round(seconds, 3)})
        )
    else:
        for row in report(found, reply, lines, seconds):
            click.echo(row)
    if pcap_out is not None:
        _write(pcap_out, found, pcap_only or "")


def _numbers(settings: tuple[str, ...]) -> dict[str, int]:
    found = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        digits = value.strip().replace("_", "")
        if not equals or not digits.lstrip("-").isdecimal() or len(digits) > 20:
            raise HookscopeError.of(
                "bad-setting", f"`{setting[:60]}` sets nothing", "write KEY=NUMBER, as in --set attackers=50"
            )
        found[name.strip()] = int(digits)
    return found


def _attached(places: tuple[str, ...]) -> tuple[Attached, ...]:
    found: list[Attached] = []
    for given in places:
        file, place = (given, "") if Path(given).is_file() else _split(given)
        data = _read(Path(file))
        programs = all_programs(data)
        found += attached_at(programs, place, text(data) if is_text(data) else "")
    return tuple(named_apart(found))


def _replaced(changes: tuple[str, ...], attached: tuple[Attached, ...]) -> list[Replaced]:
    found = []
    for given in changes:
        when, _, program = given.partition(":")
        try:
            time_ns = nanoseconds(when)
        except ValueError as error:
            message, _, hint = str(error).partition("; ")
            raise HookscopeError.of("bad-time", message, hint) from None
        for new in _attached((program,)):
            places = [item.place for item in attached]
            if new.place not in places:
                hint = f"programs are attached at {', '.join(places) or 'no place'}"
                raise HookscopeError.of("no-attachment", f"nothing is attached at {new.place}", hint)
            found.append(replacement(places.index(new.place), time_ns, new, attached))
    return found


def _split(given: str) -> tuple[str, str]:
    if "@" not in given and not Path(given).exists():
        raise HookscopeError.of(
            "no-file", f"there is no file {given[:200]}", "write FILE@PLACE, such as a.bpf@xdp:eth0"
        )
    file, place = split_attach(given)
    return file, str(place)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_INPUT + 1)
    except OSError as error:
        raise HookscopeError.of("no-file", f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_INPUT:
        raise HookscopeError.of("too-large", f"{path} is larger than {MAX_INPUT >> 20} MiB")
    return data


def _plan(
    subject: str, seed: int | None, given: dict[str, int], device: str, attached: tuple[Attached, ...]
) -> Plan:
    suffix = Path(subject).suffix.lower()
    if suffix in SCRIPTS:
        return checked(_script(subject, seed, given, attached))
    if suffix in CAPTURES:
        _no_others(given, "a capture")
        title, made, warnings = replayed_capture(_read(Path(subject)), device, given.get("events"))
        return checked(Plan(f"{title} {Path(subject).name}", made, attached, 1, warnings))
    scenario = scenario_named(subject)
    chosen = 1 if seed is None else seed
    return checked(Plan(scenario.title, make(scenario, chosen, given), attached, chosen))


def _script(subject: str, seed: int | None, given: dict[str, int], attached: tuple[Attached, ...]) -> Plan:
    _no_others(given, "a script")
    found, diagnostics = read(text(_read(Path(subject))))
    if found is None:
        for item in diagnostics:
            click.echo(f"{subject}:{item}", err=True)
        sys.exit(1)
    return Plan(found.script.scenario, found.make(seed, given.get("events")), attached, found.script.seed)


def _no_others(given: dict[str, int], what: str) -> None:
    others = [name for name in given if name != "events"]
    if others:
        raise HookscopeError.of(
            "unknown-parameter", f"{what} has no parameter `{others[0][:40]}`", "leave --set out"
        )


def _run(found: Simulated) -> float:
    """Lets everything happen, telling how far it is where that takes long; how many seconds it took."""
    start = time.monotonic()
    shown = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        seconds = time.monotonic() - start
        if seconds > QUIET_SECONDS:
            words = f"{done:,} of {total:,} events, {done / seconds:,.0f} a second"
            click.echo(f"\r{words}" if shown else words, err=True, nl=not shown)

    watch = Watch(tell, lambda: False, every=0.5 if shown else 5.0)
    try:
        while not found.go_on(watch, 60.0):
            pass
    except KeyboardInterrupt:
        found.stop("it was interrupted")
    if shown and time.monotonic() - start > QUIET_SECONDS:
        click.echo("", err=True)
    return time.monotonic() - start


def _write(path: Path, found: Simulated, end: str) -> None:
    try:
        with path.open("wb") as file:
            file.writelines(exported(found, end))
    except OSError as error:
        raise HookscopeError.of("no-file", f"cannot write {path}: {error.strerror}") from error
    click.echo(f"packets written to {path}", err=True)
