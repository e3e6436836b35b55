"""``hookscope jit``: the machine code made of a program, beside the instructions it is made of."""

import sys
from collections.abc import Iterable

import click

from app.cli.files import FileOrDash
from app.cli.programs import all_programs
from app.workbench.native import NativeLine, guarded_listing, listing
from vm.asm import Style, disassemble
from vm.jit.arch import Arch
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.verifier import Options
from vm.verifier.hooked import options_at

_NAMES = {Arch.X86_64: "x86-64", Arch.AARCH64: "AArch64"}
_BYTES = 10
"""Bytes of an instruction shown on one line."""


@click.command()
@click.argument("file", type=FileOrDash())
@click.option(
    "--form",
    type=click.Choice(["kernel", "guarded"]),
    default="kernel",
    show_default=True,
    help="kernel: what Linux 6.18 runs. guarded: what this simulator runs, with a check before every access.",
)
@click.option(
    "--arch",
    type=click.Choice([arch.value for arch in Arch]),
    default=Arch.X86_64.value,
    show_default=True,
    help="The machine to compile for. aarch64 has the kernel form only, for reading.",
)
@click.option(
    "--proved", is_flag=True, help="Of the guarded form, leave out the checks the verifier's proof saves."
)
@click.option("--hex", "as_hex", is_flag=True, help="Print only the bytes, a line per function.")
def jit(file: bytes, form: str, arch: str, proved: bool, as_hex: bool) -> None:
    """Print the machine code made of each program of FILE, beside the instructions it is made of.

    Addresses only a running kernel knows are 0. Ends with status 1 if the verifier refuses a program, which
    only the guarded form without --proved does not mind.
    """
    machine = Arch(arch)
    if form == "guarded" and machine is not Arch.X86_64:
        raise click.BadOptionUsage(
            "arch", f"the guarded form runs, and only on {Arch.X86_64}; leave out --arch"
        )
    refused = False
    for program in all_programs(file):
        if form == "guarded" and not proved:
            _show(program, machine, [guarded_listing(program, None)], as_hex=as_hex)
            continue
        compiled = compile_program(program, options_at(program, Options()), machine)
        if not isinstance(compiled, Compiled):
            click.echo(f"{program.name}: Linux 6.18 would refuse it: {compiled.error}", err=True)
            refused = True
        elif form == "guarded":
            _show(program, machine, [guarded_listing(program, compiled.proof)], as_hex=as_hex)
        else:
            _show(program, machine, listing(compiled), as_hex=as_hex)
    sys.exit(1 if refused else 0)


def _show(program: Program, arch: Arch, functions: Iterable[tuple[NativeLine, ...]], *, as_hex: bool) -> None:
    found = tuple(functions)
    if as_hex:
        for lines in found:
            click.echo("".join(line.code.hex() for line in lines))
        return
    texts = {line.pc: line.text for line in disassemble(program, Style.KERNEL)}
    size = sum(len(line.code) for lines in found for line in lines)
    click.echo(f"{program.name}: {len(program.slots)} slots, {size} bytes of {_NAMES[arch]}")
    for lines in found:
        shown: int | None = None
        for line in lines:
            if line.origin != shown and line.origin is not None:
                click.echo(f"{line.origin:5}: {texts.get(line.origin, '')}")
            shown = line.origin
            _print_line(line)


def _print_line(line: NativeLine) -> None:
    note = f"  ; {line.symbol}" if line.symbol and line.symbol not in line.text else ""
    click.echo(f"        {line.at:#06x}  {line.code.hex(' '):<{3 * _BYTES}} {line.text}{note}")
