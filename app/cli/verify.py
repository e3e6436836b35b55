"""``hookscope verify | compare``: our verdict with its reasons, and the one of this machine's kernel."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from itertools import zip_longest

import click

from app.cli.explanation import printed
from app.cli.files import FileOrDash, text
from app.cli.programs import all_programs, is_text
from app.linux.ask import Answer, ask
from app.linux.bpf import kernel_version, unavailable
from app.linux.log import masked
from app.linux.privileges import without_perfmon
from app.verdicts import answer_of, known_attach_type, refused_map, report_of
from app.workbench.explain import view
from vm.kernel.packet.hexdump import from_hex
from vm.kernel.run import run_all
from vm.kernel.scenario import Setup
from vm.program import Program
from vm.verifier import Options, Report
from vm.verifier.explain import explained
from vm.verifier.hooked import options_at
from vm.verifier.profile import PROFILES

DIFFERENT, IMPOSSIBLE = 1, 2
NARROWEST = 60
"""Columns a side gets at least."""

_profile = click.option(
    "--profile", type=click.Choice(list(PROFILES)), default="root", show_default=True, help="Who loads it."
)
_attach = click.option("--attach-type", metavar="NAME", help="Name or number of an expected attach type.")
_flags = click.option("--load-flags", type=click.IntRange(0, 0xFFFF_FFFF), default=0, help="BPF_F_ bits.")


@click.command()
@click.argument("file", type=FileOrDash())
@click.option(
    "--log", "log_level", type=click.IntRange(0, 7), default=0, help="Print the log: 1, 2, 4, or-ed."
)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each program.")
@_profile
@_attach
@_flags
def verify(
    file: bytes, log_level: int, as_json: bool, profile: str, attach_type: str | None, load_flags: int
) -> None:
    """Say whether Linux 6.18 would load FILE (text, object file or bytecode) and why not.

    Ends with status 0 if it accepts every program of the file, 1 if not.
    """
    options = Options(known_attach_type(attach_type), load_flags, log_level, profile)
    lines = text(file).split("\n") if is_text(file) else []
    accepted = [
        _told(program, options, as_json, lines, index) for index, program in enumerate(all_programs(file))
    ]
    sys.exit(0 if all(accepted) else 1)


def _told(program: Program, options: Options, as_json: bool, lines: Sequence[str], index: int) -> bool:
    """Prints the verdict of one program; whether it is accepted."""
    refused_map(program)
    found = explained(program, options, lines)
    about = view(program, found, lines, index)
    report = found.report
    if as_json:
        why = about.model_dump() if about is not None else None
        head = {"program": program.name, "prog_type": program.prog_type.label}
        click.echo(json.dumps({**head, **answer_of(report), "explanation": why}))
        return report.accepted
    if report.log:
        click.echo(report.log, nl=False)
    click.echo(f"{program.name} ({program.prog_type.label}): {_verdict(report)}")
    if about is not None:
        click.echo("")
        for line in printed(about, lines):
            click.echo(line)
    return report.accepted


def _verdict(report: Report) -> str:
    walked = f"{report.processed:,} instructions processed, {report.total_states:,} states kept"
    if report.accepted:
        return f"accepted ({walked})"
    name = report.errno.name if report.errno is not None else "refused"
    return f"rejected with {name} ({walked})"


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("--log", "log_level", type=click.IntRange(1, 7), default=2, show_default=True, help="1, 2, 4.")
@click.option("--packet", "hexes", multiple=True, help="A packet as hex to run on both; may be repeated.")
@_profile
@_attach
@_flags
def compare(
    file: bytes,
    log_level: int,
    hexes: tuple[str, ...],
    profile: str,
    attach_type: str | None,
    load_flags: int,
) -> None:
    """Verify FILE here and by this machine's kernel, and print both side by side.

    Needs root. The kernel only loads and test-runs the program; nothing is attached. Ends with status 0 if
    both agree, 1 if they differ, 2 if the kernel cannot be asked.
    """
    if reason := _forbidden():
        click.echo(f"this machine's kernel cannot be asked: {reason}", err=True)
        sys.exit(IMPOSSIBLE)
    options = Options(known_attach_type(attach_type), load_flags, log_level, profile)
    packets = tuple(map(from_hex, hexes))
    same = [_compared(program, options_at(program, options), packets) for program in all_programs(file)]
    sys.exit(0 if all(same) else DIFFERENT)


def _forbidden() -> str | None:
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        return "only root may ask it; `sudo hookscope compare FILE`, or use `hookscope verify`"
    return unavailable()


def _asked(program: Program, options: Options, packets: tuple[bytes, ...]) -> Answer:
    def answer(packets: tuple[bytes, ...] = ()) -> Answer:
        attach, flags = options.attach_type or 0, options.load_flags
        return ask(
            program, log_level=options.log_level, attach_type=attach, load_flags=flags, packets=packets
        )

    if options.profile == "root":
        return answer(packets)
    with without_perfmon():
        return answer(packets)


def _compared(program: Program, options: Options, packets: tuple[bytes, ...]) -> bool:
    """Prints both verdicts and logs, and what the runs return; whether verdict and error line agree."""
    mine, kernel = report_of(program, options), _asked(program, options, packets)
    name = mine.errno.name if mine.errno is not None else ""
    click.echo(f"{program.name} ({program.prog_type.label})")
    click.echo(f"  Hookscope:    {_said(mine.accepted, name, mine.error)}")
    click.echo(
        f"  Linux {kernel_version().split('-')[0]}: {_said(kernel.accepted, kernel.errno, kernel.error)}"
    )
    _side_by_side(masked(mine.log).splitlines(), masked(kernel.log).splitlines())
    same = (mine.accepted, name, mine.error) == (kernel.accepted, kernel.errno, kernel.error)
    return _runs(program, packets, kernel) and same


def _said(accepted: bool, errno: str, error: str) -> str:
    return "accepted" if accepted else f"rejected with {errno}: {error}"


def _side_by_side(mine: list[str], kernel: list[str]) -> None:
    """Two columns; a mark between them where they differ. Long lines go on below."""
    if mine == kernel:
        click.echo(f"  the logs are the same, {len(mine):,} lines:")
        for line in mine:
            click.echo(f"  {line}")
        return
    width = max(NARROWEST, (shutil.get_terminal_size((160, 24)).columns - 7) // 2)
    click.echo(f"  {'Hookscope':{width}}   Linux")
    for left, right in zip_longest(mine, kernel, fillvalue=""):
        mark = " " if left == right else "≠"
        pieces = zip_longest(_pieces(left, width), _pieces(right, width), fillvalue="")
        for number, (a, b) in enumerate(pieces):
            click.echo(f"  {a:{width}} {mark if number == 0 else ' '} {b}".rstrip())


def _pieces(line: str, width: int) -> list[str]:
    return [line[at : at + width] for at in range(0, len(line), width)]


def _runs(program: Program, packets: tuple[bytes, ...], kernel: Answer) -> bool:
    """Prints what each packet's run returns on both sides; whether all are the same."""
    if not kernel.runs:
        return True
    same = True
    runs = run_all(Setup((program,), program.prog_type, packets)).runs
    for number, (ours, theirs) in enumerate(zip(runs, kernel.runs, strict=True), 1):
        a = ours.message if ours.retval is None else f"{ours.retval:#x}"
        b = f"errno {theirs.error}" if theirs.error else f"{theirs.retval:#x}"
        click.echo(f"  packet {number}: Hookscope {a}, Linux {b}")
        same = same and a == b and (theirs.error != 0 or ours.data_out == theirs.data_out)
    return same
