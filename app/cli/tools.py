"""``hookscope asm | disasm | cfg``: the parts of the simulator, one at a time."""

import sys
from pathlib import Path

import click

from app.cli.files import FileOrDash
from app.cli.programs import all_programs, assembled, is_text
from vm.asm import Style, disassemble
from vm.cfg.graph import control_flow
from vm.cfg.structure import check_structure
from vm.cfg.text import render_dot, render_text
from vm.encoding import pack
from vm.source import HookscopeError


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write raw bytes here.")
@click.option("--hex", "as_hex", is_flag=True, help="Print hex digits, one instruction a line.")
def asm(file: bytes, output: Path | None, as_hex: bool) -> None:
    """Assemble FILE. Without options, raw bytes go to standard output."""
    if not is_text(file):
        raise HookscopeError.of(
            "no-text", "this is no source text", "`hookscope disasm` prints the instructions of other files"
        )
    program = assembled(file).program
    if program is None:
        raise HookscopeError.of("no-program", "there is no program in this text")
    if as_hex:
        for line in disassemble(program):
            click.echo(pack(line.slots).hex())
    elif output is not None:
        _write(output, pack(program.slots))
    elif sys.stdout.isatty():
        raise click.ClickException("this would print raw bytes on your terminal: use -o FILE or --hex")
    else:
        sys.stdout.buffer.write(pack(program.slots))


def _write(output: Path, data: bytes) -> None:
    try:
        output.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"cannot write {output}: {error.strerror}") from error


@click.command()
@click.argument("file", type=FileOrDash())
@click.option(
    "--style",
    type=click.Choice([style.value for style in Style]),
    default=Style.LLVM.value,
    show_default=True,
)
def disasm(file: bytes, style: str) -> None:
    """Print the instructions of FILE: raw bytes, hex digits or an object file."""
    if is_text(file):
        raise HookscopeError.of(
            "text", "this is source text, not bytecode", "`hookscope asm --hex` assembles it"
        )
    programs = all_programs(file)
    for program in programs:
        if len(programs) > 1:
            click.echo(f"{program.name} ({program.prog_type.label}):")
        for line in disassemble(program, Style(style)):
            click.echo(
                f"{line.pc:8}: {line.text}" if style == Style.LLVM.value else f"{line.pc}: {line.text}"
            )


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("--dot", is_flag=True, help="Print the graph in Graphviz's language.")
def cfg(file: bytes, dot: bool) -> None:
    """Print the control-flow graph of each program of FILE, and what Linux would refuse about its structure.

    Ends with status 1 if it would refuse one.
    """
    refused = False
    for program in all_programs(file):
        graph = control_flow(program)
        click.echo(render_dot(graph, program) if dot else render_text(graph, program), nl=False)
        if rejection := check_structure(program):
            click.echo(f"refused by Linux 6.18: {rejection.errno.name}: {rejection.message}", err=True)
            refused = True
    sys.exit(1 if refused else 0)
