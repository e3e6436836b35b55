"""Lines that are not found in the table of shapes at once: labels, dumps, expressions, and mistakes."""

import re
from collections.abc import Sequence

from vm.asm import words
from vm.asm.diagnose import explain
from vm.asm.expression import FUNCTIONS, Expression
from vm.asm.grammar import SHAPES
from vm.asm.lexer import Kinds
from vm.asm.operands import Tokens
from vm.asm.unit import Mistake, Unit
from vm.instruction import Instruction

_ANNOTATION = re.compile(r"(?:g|G|y|c|i.*g)[^C]*(C.*C?)")
WORDLIKE = frozenset("I" + "".join(words.KINDS.values()))


def slow_build(tokens: Tokens, shape: str, unit: Unit) -> Instruction | None:
    """The instruction of a statement whose shape is not in the table as it stands; raises Mistake."""
    tokens, shape = without_annotation(list(tokens), shape)
    build = SHAPES.get(shape)
    if build is not None:
        return build(tokens, unit)
    soft = softened(tokens, shape)
    build = SHAPES.get(soft)
    if build is not None:
        return build(tokens, unit)
    folded = fold(tokens, shape, unit)
    build = SHAPES.get(folded.shape)
    if build is None:
        raise explain(tokens, shape, folded.shape, unit)
    try:
        return build(folded.tokens, unit)
    except Mistake as mistake:
        raise folded.unfold(mistake) from None


def without_annotation(tokens: list[str], shape: str) -> tuple[list[str], str]:
    """The statement without the ``<label+0x8>`` that llvm-objdump writes behind a jump."""
    if shape[0] in "gGyci" and shape.endswith("C") and tokens[len(shape) - 1] == ">":
        start = len(shape) - 2
        while start > 0 and tokens[start] != "<":
            start -= 1
        if start > 1:
            return tokens[:start], shape[:start]
    return tokens, shape


def softened(tokens: Sequence[str], shape: str) -> str:
    """The shape where a keyword used as a name (``goto exit``) counts as a name."""
    kinds = list(shape)
    for at in range(1, len(kinds)):
        before = tokens[at - 1]
        if kinds[at] in WORDLIKE and (before in ("goto", "gotol", "may_goto", "call", "ja", "ja32", "&", "local") or
                                      (shape[0] == words.JUMP2 and at == len(kinds) - 1)):
            kinds[at] = "I"
    if kinds[0] in "RW" and len(kinds) == 4 and kinds[1] == "=" and kinds[3] == words.LL and kinds[2] in WORDLIKE:
        kinds[2] = "I"
    return "".join(kinds)


class Folded:
    """A statement whose expressions were replaced by their values; ``origin[i]`` is where token i came from."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.shape = ""
        self.origin: list[tuple[int, int]] = []

    def put(self, token: str, kind: str, first: int, last: int) -> None:
        """Appends a token that stands for the tokens ``first`` to ``last``."""
        self.tokens.append(token)
        self.shape += kind
        self.origin.append((first, last))

    def unfold(self, mistake: Mistake) -> Mistake:
        """The mistake with its place in the original tokens."""
        match mistake.at:
            case int(at):
                mistake.at = self.origin[min(at, len(self.origin) - 1)]
            case (first, last):
                end = len(self.origin) - 1
                mistake.at = (self.origin[min(first, end)][0], self.origin[min(last, end)][1])
        return mistake


_BEFORE_VALUE = frozenset("=A(,[C&*n")
_LABEL_AFTER = frozenset("gGycj")


def fold(tokens: Sequence[str], shape: str, unit: Unit) -> Folded:
    """The statement with each constant expression evaluated; raises Mistake for one that cannot be."""
    folded = Folded()
    at, end = 0, len(shape)
    while at < end:
        stop = _expression_end(tokens, shape, at, folded, unit)
        if stop is None:
            folded.put(tokens[at], shape[at], at, at)
            at += 1
        else:
            at = stop
    return folded


def _expression_end(tokens: Sequence[str], shape: str, at: int, folded: Folded, unit: Unit) -> int | None:
    """Reads an expression at ``at`` if one starts there, adds its value to ``folded``, and gives its end."""
    kind, before = shape[at], folded.shape[-1:]
    after_register = before in ("R", "W") and kind in ("+", "-") and len(folded.shape) > 1
    if not after_register and not _starts_value(tokens, shape, at, before, folded.shape):
        return None
    if after_register and shape[at + 1 : at + 2] in ("R", "W", ""):
        return None
    reader = Expression(tokens[: len(shape)], at + (kind == "+" and after_register), unit.symbols)
    value = reader.value()
    if after_register:
        folded.put("-" if value < 0 else "+", "-" if value < 0 else "+", at, at)
    elif value < 0:
        folded.put("-", "-", at, at)
    folded.put(str(abs(value)), "N", at, reader.at - 1)
    return reader.at


def _starts_value(tokens: Sequence[str], shape: str, at: int, before: str, done: str) -> bool:
    if before not in _BEFORE_VALUE and not (before in ("M", "D", "J") and False):
        return False
    kind = shape[at]
    if before == "&" and done[:1] != "i":
        return False
    if kind == "I":
        return not (done[:1] == "J" and done.count(",") == 2) and shape[at + 1 : at + 2] != "L"
    if kind == "N":
        return True
    if kind in "-~":
        return shape[at + 1 : at + 2] not in ("R", "W", "")
    return kind == "(" and before != "*" and shape[at + 1 : at + 2] in ("N", "I", "-", "~", "(") and not _is_type(tokens, at)


def _is_type(tokens: Sequence[str], at: int) -> bool:
    return at + 2 < len(tokens) and tokens[at + 2] == "*" and tokens[at + 1] not in FUNCTIONS and tokens[at + 3 : at + 4] == [")"]


def kinds_of(tokens: Sequence[str]) -> str:
    """The shape of tokens."""
    return "".join(map(Kinds().__getitem__, tokens))
