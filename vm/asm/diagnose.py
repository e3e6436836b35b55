"""Why a statement is no instruction, in words: a known habit, or what the grammar would have taken."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from vm.asm.grammar import FORMS, expected, lines, shape_of_line
from vm.asm.habits import RULES
from vm.asm.lexer import FIXED, PUNCTUATION, Kind
from vm.asm.unit import Mistake, Unit
from vm.asm.words import KINDS

_SHOWN: Mapping[str, str] = MappingProxyType({
    Kind.REGISTER: "a register (r0 to r10)", Kind.WREGISTER: "a 32-bit register (w0 to w10)",
    Kind.NUMBER: "a number", Kind.NAME: "a name", Kind.ASSIGN: "an operator such as `+=`",
    Kind.COMPARE: "a comparison such as `==`", Kind.UNSIGNED_TYPE: "a type (u8, u16, u32, u64)",
    Kind.SIGNED_TYPE: "a type (s8, s16, s32)", Kind.CALLEE: "", "$": "the end of the line",
})  # fmt: skip
_ORDER = "RWNI+=ACTX$"
_LABEL = frozenset("I+P")
_AFTER = {"c": "the name or number of a helper, or a function", "l": "`*` or an operation such as `add`"}


def explain(tokens: Sequence[str], shape: str, unit: Unit) -> Mistake:
    """The mistake in a statement that has no form; ``shape`` is not empty."""
    for rule in RULES:
        found = rule(tokens, shape, unit)
        if found is not None:
            return found
    return _unexpected(tokens, shape)


def _unexpected(tokens: Sequence[str], shape: str) -> Mistake:
    """What stands where the statement leaves the grammar, and what could stand there."""
    following = expected()
    end = len(shape)
    while shape[:end] not in following:
        end -= 1
    wanted = following[shape[:end]]
    choice = _AFTER.get(shape[:end]) or _choice(wanted)
    if end == len(shape):
        return Mistake(
            "unfinished", f"the line is unfinished: expected {choice}", end - 1, _example(tokens, shape)
        )
    found = f"`{tokens[end]}`"
    if end == 0:
        starts = "start with a register, `*(u32 *)…`, `if`, `goto`, `call`, `exit`, or a mnemonic"
        return Mistake("syntax", f"no instruction starts with {found}", 0, starts)
    if wanted == {"$"}:
        hint = "one instruction per line" if FIXED.get(tokens[end]) else None
        return Mistake(
            "trailing", f"unexpected {found} after the end of the instruction", (end, len(shape) - 1), hint
        )
    return Mistake("syntax", f"expected {choice}, found {found}", end, _example(tokens, shape[:end]))


def _choice(kinds: frozenset[str]) -> str:
    shown = ["a label", "a distance such as `+3`"] if kinds >= _LABEL else []
    rest = kinds - _LABEL - {Kind.NUMBER} if shown else kinds
    if Kind.NUMBER in kinds or shown:
        rest -= {"-"}  # belongs to the number
    ordered = sorted(rest, key=lambda kind: (_ORDER.find(kind) % 100, kind))
    shown += [text for kind in ordered if (text := _show(kind))]
    if len(shown) > 6:
        shown = [*shown[:5], "…"]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} or {shown[-1]}"


def _show(kind: str) -> str:
    if kind in _SHOWN:
        return _SHOWN[kind]
    if kind in PUNCTUATION:
        return f"`{kind}`"
    return f"`{next(word for word, letter in KINDS.items() if letter == kind)}`"


def _example(tokens: Sequence[str], beginning: str) -> str | None:
    """An instruction that starts so, for a beginning that says enough; with the mnemonic that was written."""
    if len(beginning) < 2:
        return None
    found = next((form for form in FORMS if shape_of_line(lines(form)[0]).startswith(beginning)), None)
    if found is None:
        return None
    line = lines(found)[0]
    word = line.split()[0]
    if KINDS.get(tokens[0]) == KINDS.get(word, "") and word in KINDS:
        line = tokens[0] + line[len(word) :]
    return f"such as `{line}`"
