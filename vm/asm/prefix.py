"""What may stand before a statement: labels, and the line prefixes of dumps.

``12: (b7) r0 = 0`` is bpftool's and the verifier's, ``12:  b7 00 00 00 00 00 00 00  r0 = 0x0`` is
llvm-objdump's; the verifier's table of live registers has ``12: .1....... (b7) r0 = 0``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LABEL = re.compile(r"\s*([A-Za-z_.$][A-Za-z0-9_.$]*)\s*:")
_NUMBER = re.compile(
    r"""\s*(?:[0-9]+\s+)?([0-9]+):
    (?:\s+[0-9.]{10,11}(?=\s))?
    (?:\s*\(([0-9a-f]{2})\)|\s+(?:[0-9a-f]{2}\s){8}(?:(?:[0-9a-f]{2}\s){8})?)?""",
    re.VERBOSE,
)
_SYMBOL = re.compile(r"\s*[0-9a-f]{8,16}\s+<([A-Za-z_.$][A-Za-z0-9_.$]*)>:")
_SILENT = re.compile(
    r"""\s*(?:.*:\s+file\ format\ elf64-bpf
    |Disassembly\ of\ section\ .*:
    |[0-9a-f]{8,16}:\s+R_BPF_\w+.*
    |[0-9]+:\s+R[0-9]+(?:_\w+)?=.*)\s*""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Prefix:
    """One prefix: the columns of its word, the column behind it, and what it says.

    ``label`` names the next slot; ``number`` is a dump's slot number (or a local label, ``1:``), ``opcode``
    the two hexadecimal digits that the kernel prints.
    """

    start: int
    stop: int
    end: int
    label: str | None = None
    number: str | None = None
    opcode: str | None = None


def prefixes(text: str) -> Iterator[Prefix]:
    """The prefixes of a line, in order."""
    at = 0
    while True:
        if match := _LABEL.match(text, at):
            yield Prefix(match.start(1), match.end(1), match.end(), label=match[1])
        elif match := _NUMBER.match(text, at):
            yield Prefix(match.start(1), match.end(1), match.end(), number=match[1], opcode=match[2])
        elif at == 0 and (match := _SYMBOL.match(text)):
            yield Prefix(match.start(1), match.end(1), match.end(), label=match[1])
        else:
            return
        at = match.end()


def statement_column(text: str) -> int:
    """The column behind the prefixes of a line."""
    end = 0
    for prefix in prefixes(text):
        end = prefix.end
    return end


def is_silent(text: str) -> bool:
    """Whether the line is one that a dump holds between its instructions, saying nothing to an assembler."""
    return _SILENT.fullmatch(text) is not None
