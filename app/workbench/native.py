"""Machine code as lines to read, decoded by an independent disassembler (Capstone)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import capstone

from vm.instruction import LoadImm64
from vm.jit.guarded.compile import compile_guarded
from vm.jit.layout import Link, Relocation, Row
from vm.jit.proof import Proof
from vm.kernel.native import Compiled
from vm.program import Program

_FILLED_IN = "…"
"""What stands in a text for what only a running kernel knows."""


@dataclass(frozen=True, slots=True)
class NativeLine:
    """One machine instruction: where it stands, its bytes, its text, and the slot of the learner's it is for.

    ``origin`` is None in the prologue; ``slot`` is that of the rewritten program. ``symbol`` names what the
    instruction leads to outside of its function.
    """

    at: int
    code: bytes
    text: str
    slot: int | None
    origin: int | None
    symbol: str = ""


def listing(compiled: Compiled) -> Iterator[tuple[NativeLine, ...]]:
    """The lines of each function of the kernel form; together they hold every byte."""
    origins = compiled.rewritten.origins
    for function in compiled.functions:
        yield tuple(_lines(function.rows, function.relocations, dict(enumerate(origins))))


def guarded_listing(program: Program, proof: Proof | None) -> tuple[NativeLine, ...]:
    """The guarded form; with a proof, without the checks it makes needless.

    Addresses of maps are 0. What hands an instruction back stands behind the program, for no slot.
    """
    constants = {pc: 0 for pc, insn in enumerate(program.insns) if isinstance(insn, LoadImm64)}
    made = compile_guarded(program.insns, constants, proof.seen - proof.context if proof else frozenset())
    return tuple(_lines(made.rows, (), {pc: pc for pc in range(len(program.insns))}))


def _lines(
    rows: Iterable[Row], relocations: Iterable[Relocation], origins: Mapping[int, int]
) -> Iterator[NativeLine]:
    decoder = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    open_places = {relocation.at: relocation for relocation in relocations}
    for row in rows:
        origin = origins.get(row.slot) if row.slot is not None else None
        done = 0
        for insn in decoder.disasm(row.code, row.start):
            code = bytes(insn.bytes)
            found = _within(open_places, insn.address, len(code))
            text = f"{insn.mnemonic} {insn.op_str}".strip() if found is None else _told(insn, found)
            yield NativeLine(insn.address, code, text, row.slot, origin, found.symbol if found else "")
            done += len(code)
        if done != len(row.code):
            raise AssertionError(f"slot {row.slot}: {row.code[done:].hex()} is no instruction")


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
            first, comma, _ = str(insn.op_str).partition(",")
            return f"{insn.mnemonic} {first}{comma} {_FILLED_IN}"
