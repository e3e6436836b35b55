"""``hookscope asm | disasm | cfg | plugin``: the parts of the simulator, one at a time."""

import sys
from pathlib import Path
from typing import NoReturn

import click

from app.cli.files import FileOrDash, bytecode
from app.cli.programs import any_program, assembled, from_bytecode
from vm.asm import Style, disassemble
from vm.cfg.graph import control_flow
from vm.cfg.structure import check_structure
from vm.cfg.text import render_dot, render_text
from vm.encoding import pack
from vm.kernel.bare import refusal, run_bare
from vm.source import HookscopeError


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write raw bytes here.")
@click.option("--hex", "as_hex", is_flag=True, help="Print hex digits, one instruction a line.")
def asm(file: bytes, output: Path | None, as_hex: bool) -> None:
    """Assemble FILE. Without options, raw bytes go to standard output."""
    program = assembled(file).program
    if program is None:
        raise click.ClickException("there is no program in this text")
    if as_hex:
        for line in disassemble(program):
            click.echo(pack(line.slots).hex())
    elif output is not None:
        output.write_bytes(pack(program.slots))
    elif sys.stdout.isatty():
        raise click.ClickException("this would print raw bytes on your terminal: use -o FILE or --hex")
    else:
        sys.stdout.buffer.write(pack(program.slots))


@click.command()
@click.argument("file", type=FileOrDash())
@click.option(
    "--style",
    type=click.Choice([style.value for style in Style]),
    default=Style.LLVM.value,
    show_default=True,
)
def disasm(file: bytes, style: str) -> None:
    """Print the instructions of FILE: raw bytes or hex digits."""
    try:
        program = from_bytecode(bytecode(file))
    except HookscopeError as error:
        raise click.ClickException(str(error.diagnostic)) from error
    for line in disassemble(program, Style(style)):
        click.echo(f"{line.pc:8}: {line.text}" if style == Style.LLVM.value else f"{line.pc}: {line.text}")


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("--dot", is_flag=True, help="Print the graph in Graphviz's language.")
def cfg(file: bytes, dot: bool) -> None:
    """Print the control-flow graph of FILE, and what Linux would refuse about its structure."""
    try:
        program = any_program(file)
    except HookscopeError as error:
        raise click.ClickException(str(error.diagnostic)) from error
    graph = control_flow(program)
    click.echo(render_dot(graph, program) if dot else render_text(graph, program), nl=False)
    if rejection := check_structure(program):
        click.echo(f"refused by Linux 6.18: {rejection.errno.name}: {rejection.message}", err=True)
        sys.exit(1)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def plugin(arguments: tuple[str, ...]) -> None:
    """Speak the bpf_conformance plugin protocol: [MEMORY] in hex, bytecode in hex on standard input."""
    memory = (
        bytes.fromhex("".join(arguments[0].split()))
        if arguments and not arguments[0].startswith("-")
        else b""
    )
    try:
        program = from_bytecode(bytecode(sys.stdin.buffer.readline()))
    except HookscopeError as error:
        _refuse(str(error.diagnostic.message))
    if rejection := refusal(program):
        _refuse(rejection.message)
    ended, fault = run_bare(program, memory)
    if fault is not None or ended.how != "exit":
        _refuse(ended.message)
    click.echo(f"{ended.value:x}")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
