"""Cutting a line into tokens, and naming each token's kind with one letter.

The kinds of a line's tokens, joined, are its *shape*: ``r1 += 5`` is ``RAN``. The grammar is a table of
shapes (``vm.asm.grammar``), so one dictionary lookup recognises a line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vm.asm import words
from vm.isa import ALU, JUMP, REGISTERS, AluOp
from vm.source import Span

TOKEN = re.compile(
    r"""[;#].*|//.*                       # a comment, to the end of the line
    |s(?:>>=|[<>]=?|[/%]=)                # signed operators
    |%?[A-Za-z_.$][A-Za-z0-9_.$]*(?:\#[0-9]+)?  # words; bpftool writes bpf_map_lookup_elem#1
    |[0-9][0-9A-Za-z_]*
    |(?:<<|>>|[-+*/%&|^<>=!])=?
    |"(?:\\.|[^"\\])*"?
    |\S""",
    re.VERBOSE,
)


class Kind(StrEnum):
    """One letter per kind of token; punctuation stands for itself."""

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


_PUNCTUATION = "=+-*/%&|^~()[],:{}!"
_REGISTER = re.compile(r"%?[rRwW][0-9]+")


def _fixed() -> dict[str, str]:
    kinds = {mark: mark for mark in _PUNCTUATION}
    for number in range(REGISTERS):
        for letter, kind in (("r", Kind.REGISTER), ("w", Kind.WREGISTER)):
            for name in (f"{letter}{number}", f"{letter.upper()}{number}", f"%{letter}{number}"):
                kinds[name] = kind
    kinds |= {spec.symbol: Kind.ASSIGN for op, spec in ALU.items() if spec.symbol.endswith("=") and op != AluOp.MOV}
    kinds |= {spec.symbol: Kind.COMPARE for spec in JUMP.values() if spec.symbol != "&"}
    kinds |= {"<<": Kind.SHIFT, ">>": Kind.SHIFT}
    kinds |= {f"u{bits}": Kind.UNSIGNED_TYPE for bits in (8, 16, 32, 64)}
    kinds |= {f"s{bits}": Kind.SIGNED_TYPE for bits in (8, 16, 32, 64)}
    return kinds | words.KINDS


FIXED: Mapping[str, str] = MappingProxyType(_fixed())
"""The kind of every token whose text is fixed."""


def kind_of(token: str) -> str:
    """The kind of a token that is not in ``FIXED``."""
    first = token[0]
    if first in ";#" or token.startswith("//"):
        return Kind.COMMENT
    if first.isdigit():
        return Kind.NUMBER
    if first == '"':
        return Kind.STRING
    if first == "%" or first in "rRwW":
        if _REGISTER.fullmatch(token):
            return Kind.NO_REGISTER
        if first == "%":
            return Kind.UNKNOWN
    if first.isalpha() or first in "_.$":
        return Kind.CALLEE if "#" in token else Kind.NAME
    return Kind.UNKNOWN


class Kinds(dict[str, str]):
    """``FIXED`` and the kinds met in one text; made per text, so that it cannot grow without bound."""

    def __init__(self) -> None:
        super().__init__(FIXED)

    def __missing__(self, token: str) -> str:
        kind = self[token] = kind_of(token)
        return kind


def spans(text: str, line: int) -> list[Span]:
    """Where each token of a line stands, in the order of ``TOKEN.findall``."""
    return [Span(line, match.start(), match.end()) for match in TOKEN.finditer(text)]


_BLOCK = re.compile(r'"(?:\\.|[^"\\\n])*"|(?://|[;#])[^\n]*|/\*.*?(?:\*/|\Z)', re.DOTALL)


def blank_block_comments(text: str) -> str:
    """The text with spaces in place of ``/* … */``, every other character where it was."""
    if "/*" not in text:
        return text

    def blanked(match: re.Match[str]) -> str:
        found = match[0]
        return re.sub(r"[^\n]", " ", found) if found.startswith("/*") else found

    return _BLOCK.sub(blanked, text)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Limits on what is read, so that hostile text costs little."""

    characters: int = 1_000_000
    line: int = 20_000
    digits: int = 70
    errors: int = 200


LIMITS = Numbers()


def statement_tokens(text: str) -> tuple[int, int]:
    """The indices (first, behind the last) of the tokens of a line's instruction, without label and comment."""
    tokens = TOKEN.findall(text)
    kinds = [FIXED.get(token) or kind_of(token) for token in tokens]
    end = len(tokens) - (bool(kinds) and kinds[-1] == Kind.COMMENT)
    first = 0
    while end - first > 1 and tokens[first + 1] == ":" and (kinds[first].isalpha() or kinds[first] == Kind.NUMBER):
        first += 2
    return first, end
