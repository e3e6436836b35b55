"""``hookscope plugin``: one program a process, so it loads no more than it needs."""

import sys
from typing import NoReturn

import click

from app.cli.files import bytecode
from app.cli.programs import from_bytecode
from vm.kernel.bare import refusal, run_bare


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def plugin(arguments: tuple[str, ...]) -> None:
    """Speak the bpf_conformance plugin protocol: [MEMORY] in hex, bytecode in hex on standard input."""
    given = "".join(arguments[0].split()) if arguments and not arguments[0].startswith("-") else ""
    try:
        memory = bytes.fromhex(given)
    except ValueError:
        _refuse(f"the memory is not hex: {given[:40]}")
    program = from_bytecode(bytecode(sys.stdin.buffer.readline()))
    if rejection := refusal(program):
        _refuse(rejection.message)
    ended, fault = run_bare(program, memory)
    if fault is not None or ended.how != "exit":
        _refuse(ended.message)
    click.echo(f"{ended.value:x}")


def _refuse(message: str) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(1)
