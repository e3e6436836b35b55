"""The mistakes that people make: one rule each, tried in order before the grammar is asked what it wanted."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vm.asm.grammar import SHAPES
from vm.asm.lexer import Kind
from vm.asm.unit import Mistake, Unit
from vm.asm.words import KINDS, LL
from vm.source import closest
from vm.uapi.helper_ids import helper_id

Tokens = Sequence[str]
Rule = Callable[[Tokens, str, Unit], Mistake | None]

OTHER_MACHINES: Mapping[str, str] = MappingProxyType({
    "jmp": "write `goto label`", "b": "write `goto label`", "jz": "write `if r1 == 0 goto label`",
    "jnz": "write `if r1 != 0 goto label`", "je": "write `if r1 == r2 goto label`", "ret": "write `exit`",
    "return": "put the result in r0, then write `exit`", "push": "there is no push: store below r10, "
    "`*(u64 *)(r10 - 8) = r1`", "pop": "there is no pop: load from below r10, `r1 = *(u64 *)(r10 - 8)`",
    "lea": "copy the pointer and add to it: `r2 = r10`, `r2 += -8`", "nop": "write `goto +0`",
    "inc": "write `r1 += 1`", "dec": "write `r1 -= 1`",
    "cmp": "compare and jump at once: `if r1 == r2 goto label`",
    "int": "registers have no types: write `r1 = 5`",
    "else": "there is no else: jump over it with `goto`", "while": "loops are made with labels and `goto`",
    "for": "loops are made with labels and `goto`", "jal": "write `call function`",
})  # fmt: skip
"""What to write for words of other assemblers and of C."""

_TYPES = ("u8", "u16", "u32", "u64", "s8", "s16", "s32")


def _strange_token(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    at = next((at for at, kind in enumerate(shape) if kind in "?QS"), None)
    if at is None:
        return None
    token = tokens[at]
    if shape[at] == Kind.NO_REGISTER:
        return Mistake(
            "bad-register", f"there is no register `{token}`", at, "registers are r0 to r10, and w0 to w10"
        )
    if shape[at] == Kind.STRING:
        hint = 'declare it with `.string name "…"` and load its address: `r1 = name ll`'
        return Mistake("string", "a text cannot stand in an instruction", at, hint)
    return Mistake("bad-character", f"`{token}` has no meaning here", at)


def _unknown_word(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    word = tokens[0]
    if shape[0] in "ITX" or word.lower() in OTHER_MACHINES:
        hint = OTHER_MACHINES.get(word.lower())
        if shape[0] in "TX":
            hint = OTHER_MACHINES["int"]
        if helper_id(word) and word.startswith("bpf_"):
            right = f"call {word}"
            return Mistake(
                "unknown-instruction", "a helper is called by `call`", 0, f"write `{right}`", right
            )
        near = None if hint else unit.symbols.near(word, [*KINDS, "r0"])
        if word == "fp":
            return Mistake("bad-register", "the frame pointer is called r10 here", 0, "write r10", "r10")
        if hint is None and near is None and shape == Kind.NAME:
            hint = f"a label ends with a colon: `{word}:`"
        if near is not None:
            hint = f"did you mean `{near}`?"
        return Mistake("unknown-instruction", f"`{word}` is not an instruction", 0, hint, near)
    return None


_THREE = re.compile(r"([RW])=(\(?[RWN]\)?)([-+*/%&|^h])(-?[RWN])")


def _three_operands(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    match = _THREE.fullmatch(shape)
    if match is None:
        return None
    dst, left = tokens[0], tokens[2]
    operator, right = tokens[match.start(3)], "".join(tokens[match.start(4) :])
    steps = (
        f"`{dst} {operator}= {right}`"
        if dst == left
        else f"`{dst} = {left}`, then `{dst} {operator}= {right}`"
    )
    return Mistake(
        "three-operands", "an instruction has one operation and changes its first register",
        (2, len(shape) - 1), f"write {steps}",
    )  # fmt: skip


def _mixed_widths(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if Kind.REGISTER not in shape or Kind.WREGISTER not in shape:
        return None
    first = min(shape.index(Kind.REGISTER), shape.index(Kind.WREGISTER))
    for wanted, other in ((Kind.REGISTER, Kind.WREGISTER), (Kind.WREGISTER, Kind.REGISTER)):
        if shape.replace(other, wanted) in SHAPES and shape[first] == wanted:
            at = shape.index(other)
            right = wanted.lower() + tokens[at].lstrip("%")[1:]
            return Mistake(
                "mixed-widths", f"{tokens[first]} and {tokens[at]} are of different width", at,
                f"write {right}: r registers are 64 bits wide, w their lower 32", right,
            )  # fmt: skip
    return None


def _condition(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if shape[0] != "i":
        return None
    if shape[1:2] == "(":
        return Mistake(
            "brackets", "a condition has no brackets around it", 1, "write `if r1 == 0 goto label`"
        )
    if shape[2:3] == "=":
        return Mistake("assignment", "`=` assigns; a comparison is written `==`", 2, "write ==", "==")
    if tokens[2:3] == ["!"] or tokens[1:2] == ["!"]:
        return Mistake(
            "negation", "there is no `!`", tokens.index("!"), "compare with 0: `if r1 == 0 goto label`"
        )
    match = re.match(r"i([RW])[C&](?:-?N|[RW]|I)", shape)
    if match is None or shape[match.end() : match.end() + 1] == "g":
        return None
    at, last = match.end(), len(shape) - 1
    if at < last and tokens[at] in ("then", "jump", "jmp"):
        return Mistake("missing-goto", f"expected `goto`, found `{tokens[at]}`", at, "write `goto`", "goto")
    if at <= last:
        hint = (
            f"write `goto {tokens[at]}`"
            if shape[at] == Kind.NAME
            else "a conditional jump ends with `goto label`"
        )
        return Mistake("missing-goto", f"expected `goto`, found `{tokens[at]}`", at, hint)
    return Mistake("missing-goto", "the jump is missing", last, "add `goto` and a label")


def _comparison(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if re.match(r"[RW]C", shape) and tokens[1] == "==":
        return Mistake(
            "comparison", "`==` compares; an assignment is written `=`", 1, "write =, or `if … goto`", "="
        )
    if re.fullmatch(r"[RW](\+\+|--)", shape):
        one = f"{tokens[1]}= 1"
        return Mistake(
            "increment", f"there is no `{tokens[1]}{tokens[2]}`", (1, 2), f"write `{tokens[0]} {one}`", one
        )
    return None


def _pointer_type(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    match = re.search(r"\*\(([TX])\)", shape)
    if match is not None:
        at = match.start(1)
        right = f"{tokens[at]} *"
        return Mistake("missing-star", "memory is read through a pointer type", at, f"write ({right})", right)
    match = re.match(r"(?:[RW]=)?\*\((I)\*", shape)
    if match is not None:
        at = match.start(1)
        near = closest(tokens[at], _TYPES)
        hint = f"did you mean `{near}`?" if near else "types are u8, u16, u32, u64 and s8, s16, s32"
        return Mistake("unknown-type", f"there is no type `{tokens[at]}`", at, hint, near)
    match = re.match(r"(?:[RW]=)?\*\(([RWI])", shape)
    if match is not None:
        hint = "how many bytes? write `*(u32 *)(r1 + 4)`"
        return Mistake("missing-type", "an access needs the type of what is there", match.start(1), hint)
    match = re.match(r"(?:[RW]=)?\*(?!\()", shape)
    if match is not None and len(shape) > match.end():
        hint = "write `*(u32 *)(r1 + 4)`"
        return Mistake("missing-type", "an access needs the type of what is there", match.end() - 1, hint)
    return None


def _memory_operation(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if re.match(r"\*\(T\*\)\(R[^)]*\)A", shape):
        at = shape.index(Kind.ASSIGN)
        hint = "load, change, store; or at once from a register: `lock *(u64 *)(r1 + 0) += r2`"
        return Mistake("memory-operation", "memory is not changed in place", at, hint)
    return None


def _cast(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    match = re.match(r"[RW]=\((T)\)", shape)
    if match is not None:
        hint = "cut to 32 bits with w registers, `w1 = w2`; to fewer with `&=`"
        return Mistake("cast", "only casts to s8, s16 and s32 are instructions", match.start(1), hint)
    return None


def _after_exit(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if shape[0] == "e" and len(shape) > 1:
        hint = "put the result in r0 on the line before: `r0 = 0`"
        return Mistake("exit-value", f"`{tokens[0]}` takes no value", (1, len(shape) - 1), hint)
    return None


def _call_brackets(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if re.match(r"(?:[RW]=)?c?[IH]\(", shape):
        hint = "arguments go to r1 to r5, the result comes in r0: write `call bpf_ktime_get_ns`"
        return Mistake("call-brackets", "calls have no brackets", (shape.index("("), len(shape) - 1), hint)
    if re.match(r"[RW]=c", shape):
        return Mistake("call-result", "a call puts its result in r0 by itself", (0, 1), "write `call` first")
    return None


def _ll(tokens: Tokens, shape: str, unit: Unit) -> Mistake | None:
    if shape[0] == Kind.WREGISTER and shape.endswith(LL):
        right = "r" + tokens[0].lstrip("%")[1:]
        return Mistake("narrow-ll", "a 64-bit constant needs a 64-bit register", 0, f"write {right}", right)
    return None


RULES: tuple[Rule, ...] = (
    _strange_token, _call_brackets, _after_exit, _unknown_word, _ll, _mixed_widths, _condition, _comparison,
    _three_operands, _pointer_type, _memory_operation, _cast,
)  # fmt: skip
"""Each takes tokens, shape and unit, and gives the mistake if it is the one."""
