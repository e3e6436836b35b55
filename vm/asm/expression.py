"""Constant expressions: numbers, names, fields, ``sizeof``, ``htons`` and C's integer operators."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from vm.asm.lexer import MAX_DIGITS
from vm.asm.symbols import Symbols
from vm.asm.unit import Mistake
from vm.uapi.helper_ids import helper_id
from vm.word import byte_swap

_LIMIT = 1 << 64
_DEPTH = 32

FUNCTIONS: Mapping[str, tuple[int, str]] = MappingProxyType({
    "htons": (16, "a 16-bit number in network byte order"),
    "ntohs": (16, "a 16-bit number from network byte order"),
    "htonl": (32, "a 32-bit number in network byte order"),
    "ntohl": (32, "a 32-bit number from network byte order"),
    "bpf_htons": (16, "a 16-bit number in network byte order"),
    "bpf_ntohs": (16, "a 16-bit number from network byte order"),
    "bpf_htonl": (32, "a 32-bit number in network byte order"),
    "bpf_ntohl": (32, "a 32-bit number from network byte order"),
})  # fmt: skip
"""Byte-order functions: the width they work on, and what they give."""

_LEVELS: tuple[Mapping[str, Callable[[int, int], int]], ...] = (
    {"|": lambda a, b: a | b},
    {"^": lambda a, b: a ^ b},
    {"&": lambda a, b: a & b},
    {"<<": lambda a, b: a << min(b, 128), ">>": lambda a, b: a >> min(b, 128)},
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: a // b, "%": lambda a, b: a % b},
)


def integer(token: str, at: int) -> int:
    """The number a token stands for: decimal, 0x, 0b or 0o, with an optional sign in front."""
    try:
        if len(token) <= MAX_DIGITS:
            return int(token, 0)
    except ValueError:
        pass
    raise Mistake("bad-number", f"`{token[:40]}` is not a number", at, _number_hint(token))


def _number_hint(token: str) -> str:
    digits = token.lstrip("+-")
    if len(token) > MAX_DIGITS:
        return "it has too many digits for 64 bits"
    if digits[:1] == "0" and digits.isdigit():
        plain = digits.lstrip("0") or "0"
        return f"a leading 0 means octal in C: write {plain} for decimal or 0o{plain} for octal"
    if digits[:2].lower() == "0x":
        return "hexadecimal digits are 0-9 and a-f"
    return "write it as 42, 0x2a or 0b101010; names start with a letter"


class Expression:
    """A reader of one expression in ``tokens`` from index ``at``; ``at`` then stands behind it."""

    def __init__(self, tokens: Sequence[str], at: int, symbols: Symbols) -> None:
        self.tokens = tokens
        self.at = at
        self.symbols = symbols
        self.depth = 0

    def value(self) -> int:
        """The value; raises Mistake."""
        return self._binary(0)

    def _peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def _binary(self, level: int) -> int:
        if level == len(_LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        operators = _LEVELS[level]
        while (operator := self._peek()) in operators:
            start = self.at
            self.at += 1
            right = self._binary(level + 1)
            if operator in "/%" and right == 0:
                raise Mistake("divide-by-zero", "the divisor of this expression is 0", start)
            if operator in ("<<", ">>") and right < 0:
                raise Mistake("bad-shift", "a shift count cannot be negative", start)
            left = self._bounded(operators[operator](left, right), start)
        return left

    def _bounded(self, value: int, at: int) -> int:
        if not -_LIMIT < value < _LIMIT:
            raise Mistake("expression-range", "the result of this expression does not fit 64 bits", at)
        return value

    def _unary(self) -> int:
        signs: list[str] = []
        while self._peek() in ("-", "+", "~"):
            signs.append(self._peek())
            self.at += 1
        value = self._primary()
        for sign in reversed(signs):
            value = -value if sign == "-" else ~value if sign == "~" else value
        return value

    def _primary(self) -> int:
        token, at = self._peek(), self.at
        if not token:
            raise Mistake(
                "expected-value", "the expression is unfinished: expected a number or a name", at - 1
            )
        self.at += 1
        if token[0].isdigit():
            return self._bounded(integer(token, at), at)
        if token == "(":
            return self._inside(at)
        if token == "sizeof":
            return self._sizeof(at)
        if token in FUNCTIONS and self._peek() == "(":
            self.at += 1
            bits = FUNCTIONS[token][0]
            return byte_swap(self._inside(at), bits)
        if token[0].isalpha() or token[0] in "_.$":
            return self._name(token, at)
        raise Mistake("expected-value", f"expected a number or a name, found `{token}`", at)

    def _inside(self, opened: int) -> int:
        self.depth += 1
        if self.depth > _DEPTH:
            raise Mistake("too-deep", f"brackets may nest at most {_DEPTH} deep", opened)
        value = self._binary(0)
        self._close(opened)
        self.depth -= 1
        return value

    def _close(self, opened: int) -> None:
        if self._peek() != ")":
            raise Mistake("missing-bracket", "the bracket opened here is not closed", opened, "add `)`")
        self.at += 1

    def _sizeof(self, at: int) -> int:
        if self._peek() != "(":
            raise Mistake("bad-sizeof", "`sizeof` needs a name in brackets", at, "such as sizeof(iphdr)")
        self.at += 1
        name, name_at = self._peek(), self.at
        self.at += 1
        if name == "struct":
            name, name_at = self._peek(), self.at
            self.at += 1
        size = self.symbols.size_of(name)
        if size is None:
            hint = "it knows structures, fields, maps and data, such as iphdr, iphdr.saddr"
            raise Mistake("unknown-name", f"the size of `{name}` is not known", name_at, hint)
        self._close(at)
        return size

    def _name(self, token: str, at: int) -> int:
        name = token
        if (
            self._peek() == "["
            and "." in token
            and self.at + 2 < len(self.tokens)
            and self.tokens[self.at + 2] == "]"
        ):
            name = f"{token}[{self.tokens[self.at + 1]}]"
            self.at += 3
        value = self.symbols.constant(name)
        if value is None:
            raise unknown_name(name, at, self.symbols)
        return value


def unknown_name(name: str, at: int, symbols: Symbols) -> Mistake:
    """The mistake of using a name that stands for nothing (or for something else) as a number."""
    if name in symbols.map_index or name in symbols.data:
        what = "data" if name in symbols.data else "a map"
        right = f"{name} ll"
        return Mistake("not-a-number", f"`{name}` is {what}, not a number", at, f"write `{right}`", right)
    if name == "fp":
        return Mistake("bad-register", "the frame pointer is called r10 here", at, "write r10", "r10")
    if helper_id(name) and name.startswith("bpf_"):
        call = f"write `call {name}` on a line of its own: the result comes in r0"
        return Mistake("not-a-number", f"`{name}` is a helper, not a number", at, call)
    near = symbols.nearest(name)
    hint = f"did you mean `{near}`?" if near else symbols.fields_of(name)
    return Mistake("unknown-name", f"there is no constant or field `{name}`", at, hint, near)
