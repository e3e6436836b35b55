"""``hookscope plugin``: one program a process, so it loads no more than it needs."""

import sys
from typing import NoReturn

import click

from app.cli.files import bytecode
from app.cli.programs import from_bytecode
from vm.kernel.bare import refusal, run_bare
from vm.kernel.engine import STEPPING, Engine


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option("--jit", is_flag=True, help="Run native code, as far as it goes on this machine.")
def plugin(arguments: tuple[str, ...], jit: bool) -> None:
    """Speak the bpf_conformance plugin protocol: [MEMORY] in hex, bytecode in hex on standard input."""
    given = "".join(arguments[0].split()) if arguments and not arguments[0].startswith("-") else ""
    try:
        memory = bytes.fromhex(given)
    except ValueError:
        _refuse(f"the memory is not hex: {given[:40]}")
    program = from_bytecode(bytecode(sys.stdin.buffer.readline()))
    if rejection := refusal(program):
        _refuse(rejection.message)
    ended, fault = run_bare(program, memory, engine=_engine(native=jit))
    if fault is not None or ended.how != "exit":
        _refuse(ended.message)
    click.echo(f"{ended.value:x}")


def _engine(*, native: bool) -> Engine:
    """Native code is looked for only where it is asked for: most of a start would go into it."""
    if not native:
        return STEPPING
    from vm.kernel.engine_native import shared_native

    return shared_native()


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
