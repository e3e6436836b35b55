"""Machine code as lines to read, decoded by an independent disassembler (Capstone)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import capstone

from vm.instruction import LoadImm64
from vm.jit.arch import Arch
from vm.jit.guarded.compile import compile_guarded
from vm.jit.layout import Link, Relocation, Row
from vm.jit.proof import Proof
from vm.kernel.native import Compiled
from vm.program import Program

_FILLED_IN = "…"
"""What stands in a text for what only a running kernel knows."""

_DECODERS = {
    Arch.X86_64: (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
    Arch.AARCH64: (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
}


@dataclass(frozen=True, slots=True)
class NativeLine:
    """One machine instruction: where it stands, its bytes, its text, and the slot of the learner's it is for.

    ``origin`` is None in the prologue; ``slot`` is that of the rewritten program. ``symbol`` names what the
    instruction leads to outside of its function, ``blank`` says which of its bytes (from, how many) only a
    running kernel knows.
    """

    at: int
    code: bytes
    text: str
    slot: int | None
    origin: int | None
    symbol: str = ""
    blank: tuple[int, int] | None = None


def listing(compiled: Compiled, syntax: str = "intel") -> Iterator[tuple[NativeLine, ...]]:
    """The lines of each function of the kernel form; together they hold every byte."""
    origins, decoder = dict(enumerate(compiled.rewritten.origins)), decoder_of(compiled.arch, syntax)
    for function in compiled.functions:
        yield tuple(_lines(function.rows, function.relocations, origins, decoder))


def guarded_listing(program: Program, proof: Proof | None, syntax: str = "intel") -> tuple[NativeLine, ...]:
    """The guarded form; with a proof, without the checks it makes needless.

    Addresses of maps are 0. What hands an instruction back stands behind the program, for no slot.
    """
    constants = {pc: 0 for pc, insn in enumerate(program.insns) if isinstance(insn, LoadImm64)}
    made = compile_guarded(program.insns, constants, proof.seen - proof.context if proof else frozenset())
    own = {pc: pc for pc in range(len(program.insns))}
    return tuple(_lines(made.rows, (), own, decoder_of(Arch.X86_64, syntax)))


def decoder_of(arch: Arch, syntax: str) -> "capstone.Cs":
    """A disassembler; of x86 it writes ``intel`` or ``att``."""
    decoder = capstone.Cs(*_DECODERS[arch])
    if syntax == "att" and arch is Arch.X86_64:
        decoder.syntax = capstone.CS_OPT_SYNTAX_ATT
    return decoder


def _lines(
    rows: Iterable[Row],
    relocations: Iterable[Relocation],
    origins: Mapping[int, int],
    decoder: "capstone.Cs",
) -> Iterator[NativeLine]:
    open_places = {relocation.at: relocation for relocation in relocations}
    for row in rows:
        origin = origins.get(row.slot) if row.slot is not None else None
        done = 0
        for insn in decoder.disasm(row.code, row.start):
            code = bytes(insn.bytes)
            found = _within(open_places, insn.address, len(code))
            text = text_of(insn) if found is None else _told(insn, found)
            blank = (found.at - insn.address, found.size) if found is not None else None
            symbol = found.symbol if found is not None else ""
            yield NativeLine(insn.address, code, text, row.slot, origin, symbol, blank)
            done += len(code)
        if done != len(row.code):
            raise AssertionError(f"slot {row.slot}: {row.code[done:].hex()} is no instruction")


def text_of(insn: "capstone.CsInsn") -> str:
    """What the disassembler says."""
    return f"{insn.mnemonic} {insn.op_str}".strip()


def _within(places: Mapping[int, Relocation], start: int, size: int) -> Relocation | None:
    return next((places[at] for at in range(start, start + size) if at in places), None)


def _told(insn: "capstone.CsInsn", relocation: Relocation) -> str:
    """The text with a name, or a gap, where the decoder sees zeros."""
    match relocation.link:
        case Link.FUNCTION:
            return f"{insn.mnemonic} function at slot {relocation.slot}"
        case Link.KERNEL:
            return f"{insn.mnemonic} {relocation.symbol}"
        case _:
            return f"{insn.mnemonic} {gapped(insn.op_str)}"


def gapped(operands: str) -> str:
    """The operands with a gap where the number stands: last, and in AT&T's syntax first."""
    first, comma, second = operands.partition(",")
    return f"${_FILLED_IN},{second}" if first.startswith("$") else f"{first}{comma} {_FILLED_IN}"
