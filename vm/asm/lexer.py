"""Cutting a line into tokens, and naming each token's kind with one letter.

The kinds of a line's tokens, joined, are its *shape*: ``r1 += 5`` is ``RAN``. The grammar is a table of
shapes (``vm.asm.grammar``), so one dictionary lookup recognises a line.
"""

import re
import string
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from vm.asm import words
from vm.isa import ALU, JUMP, REGISTERS, AluOp
from vm.source import Span

MAX_CHARACTERS = 1_000_000
"""Longer texts are not read."""
MAX_LINE = 20_000
"""Characters of a line; longer ones are not read."""
MAX_DIGITS = 70
"""Characters of a number: 64 binary digits, a prefix and a sign."""
MAX_ERRORS = 200
"""After so many errors the rest of a text is not read."""

TOKEN = re.compile(
    r"""[;#].*|//.*                             # a comment, to the end of the line
    |s(?:>>=|[<>]=?|[/%]=)                      # signed operators
    |%?[A-Za-z_.$][A-Za-z0-9_.$]*(?:\#-?[0-9]+)?  # words; bpftool writes bpf_map_lookup_elem#1
    |[0-9][0-9A-Za-z_]*
    |(?:<<|>>|[-+*/%&|^<>=!])=?
    |"(?:\\.|[^"\\])*"?
    |\S""",
    re.VERBOSE,
)


class Kind(StrEnum):
    """One letter per kind of token; punctuation stands for itself, words have theirs in ``vm.asm.words``."""

    REGISTER = "R"
    WREGISTER = "W"
    NO_REGISTER = "Q"
    NUMBER = "N"
    NAME = "I"
    CALLEE = "H"
    STRING = "S"
    UNKNOWN = "?"
    ASSIGN = "A"
    COMPARE = "C"
    SHIFT = "h"
    UNSIGNED_TYPE = "T"
    SIGNED_TYPE = "X"
    COMMENT = ""


PUNCTUATION = "=+-*/%&|^~()[],:{}!"
_REGISTER = re.compile(r"%?[rRwW][0-9]+")
_DIGITS = frozenset(string.digits)
_REGISTER_STARTS = frozenset("%rRwW")
_NAME_STARTS = frozenset(string.ascii_letters + "_.$")


def register_names() -> dict[str, tuple[str, int]]:
    """Every spelling of a register: its class (``r`` or ``w``) and number."""
    return {
        spelling.format(letter, number): (letter, number)
        for number in range(REGISTERS)
        for letter in "rw"
        for spelling in ("{}{}", "%{}{}")
    } | {
        f"{letter.upper()}{number}": (letter, number)  # the verifier's state writes R1
        for number in range(REGISTERS)
        for letter in "rw"
    }


def _fixed() -> dict[str, str]:
    kinds: dict[str, str] = {mark: mark for mark in PUNCTUATION}
    for name, (letter, _) in register_names().items():
        kinds[name] = Kind.REGISTER if letter == "r" else Kind.WREGISTER
    for op, alu in ALU.items():
        if alu.symbol.endswith("=") and op is not AluOp.MOV:
            kinds[alu.symbol] = Kind.ASSIGN
    kinds.update({jump.symbol: Kind.COMPARE for jump in JUMP.values() if jump.symbol != "&"})
    kinds.update({"<<": Kind.SHIFT, ">>": Kind.SHIFT})
    kinds.update({f"u{bits}": Kind.UNSIGNED_TYPE for bits in (8, 16, 32, 64)})
    kinds.update({f"s{bits}": Kind.SIGNED_TYPE for bits in (8, 16, 32, 64)})
    kinds.update(words.KINDS)
    return {token: str(kind) for token, kind in kinds.items()}


FIXED: Mapping[str, str] = MappingProxyType(_fixed())
"""The kind of every token whose text is fixed."""


def kind_of(token: str) -> str:
    """The kind of a token that is not in ``FIXED``."""
    first = token[0]
    if first in _DIGITS:
        return Kind.NUMBER
    if first in _REGISTER_STARTS and _REGISTER.fullmatch(token):
        return Kind.NO_REGISTER
    if first in _NAME_STARTS:
        return Kind.CALLEE if "#" in token else Kind.NAME
    if first in ";#" or token.startswith("//"):
        return Kind.COMMENT
    return Kind.STRING if first == '"' else Kind.UNKNOWN


class Kinds(dict[str, str]):
    """``FIXED`` and the kinds met in one text; made per text, so that it cannot grow without bound."""

    def __init__(self) -> None:
        super().__init__(FIXED)

    def __missing__(self, token: str) -> str:
        kind = self[token] = kind_of(token)
        return kind


def shape_of(tokens: list[str]) -> str:
    """The shape of tokens."""
    return "".join([FIXED.get(token) or kind_of(token) for token in tokens])


def spans(text: str, line: int, column: int = 0) -> list[Span]:
    """Where each token of a line stands from ``column`` on, in the order of ``TOKEN.findall``."""
    return [Span(line, match.start(), match.end()) for match in TOKEN.finditer(text, column)]


_BLOCK = re.compile(r'"(?:\\.|[^"\\\n])*"|(?://|[;#])[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)


def split_lines(text: str) -> list[str]:
    """The lines of a text, spaces in place of ``/* … */``, every other character in its column."""
    if "/*" in text:
        text = _BLOCK.sub(_blanked, text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.split("\n")


def _blanked(match: re.Match[str]) -> str:
    found = match[0]
    return re.sub(r"[^\n]", " ", found) if found.startswith("/*") else found
