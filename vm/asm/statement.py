"""Statements whose shape is not in the table as it stands: keywords used as names, expressions, mistakes."""

import re
from collections.abc import Sequence

from vm.asm import words
from vm.asm.c_addresses import map_value, symbol_address
from vm.asm.diagnose import explain
from vm.asm.expression import Expression
from vm.asm.grammar import SHAPES
from vm.asm.lexer import Kind
from vm.asm.operands import REGISTER
from vm.asm.unit import Mistake, Unit
from vm.instruction import Instruction

WORDS = frozenset("I" + "".join(words.KINDS.values()))
"""The kinds of token that can be a name."""
_BEFORE_LABEL = frozenset({"goto", "gotol", "may_goto", "call", "ja", "ja32", "local", "&"})
_ADDRESS = re.compile(r"R=(&?)I(?:\[N\])?(?:[+-].*?)?L?")
_VALUE = re.compile(
    r"""(?<=[(\[]R)[+-](?=[-+~(]*[NI])                      # the offset of a memory operand, with its sign
    |(?:(?<=[=AC\[,])|(?<=^i[RW]&))(?=[-+~(]*[NI])          # a constant operand; casts hold no number or name
    """,
    re.VERBOSE,
)


def build_statement(tokens: Sequence[str], shape: str, unit: Unit) -> Instruction | None:
    """The instruction of a statement; raises Mistake for what is none."""
    build = SHAPES.get(shape)
    if build is None:
        tokens, shape = _without_annotation(tokens, shape)
        shape = softened(tokens, shape)
        build = SHAPES.get(shape)
    if build is not None:
        return build(tokens, unit)
    if _ADDRESS.fullmatch(shape) and _is_address(tokens[2 + (shape[2] == "&")], shape, unit):
        return _address(tokens, shape, unit)
    return _with_expressions(tokens, shape, unit)


def _without_annotation(tokens: Sequence[str], shape: str) -> tuple[Sequence[str], str]:
    """The statement without the ``<label+0x8>`` that llvm-objdump writes behind a jump."""
    end = len(shape)
    if shape[0] in "gGyci" and end > 3 and tokens[end - 1] == ">":
        start = max((at for at in range(end) if tokens[at] == "<"), default=0)
        if start > 1 and (shape[start - 1] in WORDS or shape[start - 1] == Kind.NUMBER):
            return tokens[:start], shape[:start]
    return tokens, shape


def softened(tokens: Sequence[str], shape: str) -> str:
    """The shape where a keyword that stands for a name (``goto exit``) counts as a name."""
    kinds = list(shape)
    last = len(kinds) - 1
    for at in range(1, len(kinds)):
        label = tokens[at - 1] in _BEFORE_LABEL or (kinds[0] == words.JUMP2 and at == last)
        address = kinds[last] == words.LL and at == last - 1 and kinds[1] == "="
        if (label or address) and kinds[at] in WORDS and tokens[at] not in ("pc", "local"):
            kinds[at] = "I"
    return "".join(kinds)


def _is_address(name: str, shape: str, unit: Unit) -> bool:
    symbols = unit.symbols
    return name in symbols.map_index or name in symbols.data or shape[2] == "&"


def _address(tokens: Sequence[str], shape: str, unit: Unit) -> Instruction | None:
    """``r1 = counts + 8 ll``, ``r1 = &counts[0] + 8``: inside a map's first value, or inside data."""
    at = 3 if shape[2] == "&" else 2
    name, end = tokens[at], len(shape) - shape.endswith(words.LL)
    reader = Expression([*tokens[:end]], at + 1, unit.symbols)
    indexed = shape[at + 1 : at + 4] == "[N]"
    if indexed and tokens[at + 2] != "0":
        raise Mistake(
            "bad-index", "only entry 0 has an address known before the run", at + 2, "write [0]", "0"
        )
    reader.at += 3 * indexed
    offset = reader.value() if reader.at < end else 0
    if reader.at < end:
        raise Mistake("trailing", f"unexpected `{tokens[reader.at]}`", reader.at)
    symbols = unit.symbols
    if name in symbols.map_index and name not in symbols.data:
        return map_value(REGISTER[tokens[0]], symbols.map_index[name], offset, at)
    return symbol_address(REGISTER[tokens[0]], name, at, offset, unit)


class _Folded:
    """A statement with its expressions evaluated; ``origin[i]`` is where token i came from."""

    def __init__(self) -> None:
        self.tokens: list[str] = []
        self.shape = ""
        self.origin: list[tuple[int, int]] = []

    def put(self, token: str, kind: str, first: int, last: int) -> None:
        """Appends a token that stands for the tokens ``first`` to ``last``."""
        self.tokens.append(token)
        self.shape += kind
        self.origin.append((first, last))

    def place(self, at: tuple[int, int]) -> tuple[int, int]:
        """Where tokens of the folded statement stand in the original one."""
        end = len(self.origin) - 1
        return self.origin[min(at[0], end)][0], self.origin[min(at[1], end)][1]


def _with_expressions(tokens: Sequence[str], shape: str, unit: Unit) -> Instruction | None:
    folded = fold(tokens, shape, unit)
    build = SHAPES.get(folded.shape)
    try:
        if build is None:
            raise explain(folded.tokens, folded.shape, unit)
        return build(folded.tokens, unit)
    except Mistake as mistake:
        mistake.at = folded.place(mistake.at)
        raise


def fold(tokens: Sequence[str], shape: str, unit: Unit) -> _Folded:
    """The statement with each constant expression evaluated; raises Mistake for one that cannot be."""
    folded, at = _Folded(), 0
    for match in _VALUE.finditer(shape):
        start = match.start()
        if start < at or _is_label(shape, start):
            continue
        for place in range(at, start):
            folded.put(tokens[place], shape[place], place, place)
        at = _fold_one(tokens, shape, start, bool(match[0]), folded, unit)
    for place in range(at, len(shape)):
        folded.put(tokens[place], shape[place], place, place)
    return folded


def _is_label(shape: str, at: int) -> bool:
    """Whether what stands at ``at`` is the label of a mnemonic jump, or the name before ``ll``."""
    return (shape[0] == words.JUMP2 and shape.count(",", 0, at) == 2) or shape[at : at + 2] == "I" + words.LL


def _fold_one(tokens: Sequence[str], shape: str, at: int, offset: bool, folded: _Folded, unit: Unit) -> int:
    """Evaluates the expression at ``at`` into ``folded``; where it ends. An ``offset`` has a sign."""
    reader = Expression(tokens[: len(shape)], at, unit.symbols)
    value = reader.value()
    if offset or value < 0:
        sign = "-" if value < 0 else "+"
        folded.put(sign, sign, at, at)
    folded.put(str(abs(value)), "N", at, reader.at - 1)
    return reader.at
