"""``hookscope jit``: the machine code Linux makes of a program, beside the instructions it is made of."""

import sys

import click

from app.cli.files import FileOrDash
from app.cli.programs import all_programs
from app.workbench.native import NativeLine, listing
from vm.asm import Style, disassemble
from vm.kernel.native import Compiled, compile_program
from vm.program import Program

_BYTES = 10
"""Bytes of an instruction shown on one line."""


@click.command()
@click.argument("file", type=FileOrDash())
@click.option("--hex", "as_hex", is_flag=True, help="Print only the bytes, a line per function.")
def jit(file: bytes, as_hex: bool) -> None:
    """Print the x86-64 code that Linux 6.18 would run for each program of FILE.

    Addresses only a running kernel knows are 0. Ends with status 1 if the verifier refuses a program.
    """
    refused = False
    for program in all_programs(file):
        compiled = compile_program(program)
        if not isinstance(compiled, Compiled):
            click.echo(f"{program.name}: Linux 6.18 would refuse it: {compiled.error}", err=True)
            refused = True
        elif as_hex:
            for function in compiled.functions:
                click.echo(function.code.hex())
        else:
            _print(program, compiled)
    sys.exit(1 if refused else 0)


def _print(program: Program, compiled: Compiled) -> None:
    texts = {line.pc: line.text for line in disassemble(program, Style.KERNEL)}
    size = sum(len(function.code) for function in compiled.functions)
    click.echo(f"{program.name}: {len(program.slots)} slots, {size} bytes of x86-64")
    for lines in listing(compiled):
        shown: int | None = None
        for line in lines:
            if line.origin != shown and line.origin is not None:
                click.echo(f"{line.origin:5}: {texts.get(line.origin, '')}")
            shown = line.origin
            _print_line(line)


def _print_line(line: NativeLine) -> None:
    note = f"  ; {line.symbol}" if line.symbol and line.symbol not in line.text else ""
    click.echo(f"        {line.at:#06x}  {line.code.hex(' '):<{3 * _BYTES}} {line.text}{note}")
