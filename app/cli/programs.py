"""From a command's input to a program: source text, bytecode or an ELF object."""

import sys

import click

from app.cli.files import bytecode, text
from vm.asm import Assembly, assemble
from vm.asm.elf import is_elf, load_elf
from vm.encoding import decode, unpack
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.prog_types import ProgType

FAILED = 1


def assembled(data: bytes, name: str = "program") -> Assembly:
    """Assembles source; prints every mistake on standard error and ends with status 1 if there is one."""
    assembly = assemble(text(data), name=name)
    for diagnostic in assembly.diagnostics:
        click.echo(str(diagnostic), err=True)
    if not assembly.ok:
        sys.exit(FAILED)
    return assembly


def from_bytecode(
    data: bytes, prog_type: ProgType = ProgType.XDP, maps: tuple[MapSpec, ...] = (), name: str = "program"
) -> Program:
    """A program from its encoded slots; raises HookscopeError when it is not whole slots."""
    slots = unpack(data)
    return Program(name, prog_type, slots, decode(slots), maps)


def is_text(data: bytes) -> bool:
    """Whether the input is source text: UTF-8 without control characters, and not hex digits."""
    try:
        decoded = data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    if any(ord(character) < 9 for character in decoded):
        return False
    return bytecode(data) is data


def all_programs(data: bytes) -> tuple[Program, ...]:
    """Every program of source text or of an object file, or the one of bytecode or hex."""
    if is_elf(data):
        found = load_elf(data)
        for diagnostic in found.diagnostics:
            click.echo(str(diagnostic), err=True)
        if not found.ok:
            sys.exit(FAILED)
        return found.programs
    if not is_text(data):
        program = from_bytecode(bytecode(data))
        if not program.slots:
            raise HookscopeError.of("empty", "there is no instruction in this file")
        return (program,)
    programs = assembled(data).programs
    if not programs:
        raise HookscopeError.of("no-program", "there is no program in this text")
    return programs
