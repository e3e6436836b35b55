"""The language of conditional breakpoints: ``r1 > 9``, ``*(u32*)(r10-4) == 0x1f90``, ``hits > 3``.

C's operators with C's precedence on 64-bit words, the signed comparisons of eBPF (``s<`` and its kin), reads
of guest memory, and names. A condition is parsed once into functions; none of it is ever evaluated as code.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from vm.isa import REGISTERS
from vm.machine.state import State
from vm.memory.fault import MachineFault
from vm.source import Diagnostic, HookscopeError, Span, did_you_mean
from vm.word import MASK32, MASK64, signed

MAX_LENGTH: Final = 200
MAX_DEPTH: Final = 24


@dataclass(frozen=True, slots=True)
class Look:
    """What a condition is asked of: the state before step ``number``, and how often it came to its pc."""

    state: State
    number: int
    hits: int = 1


Value = Callable[[Look], int]


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition."""

    text: str
    value: Value

    def holds(self, look: Look) -> bool:
        """Whether the condition is true; one that reads memory it may not is false."""
        try:
            return self.value(look) != 0
        except MachineFault:
            return False


_TOKEN = re.compile(
    r"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)(?!\w)|(?P<op>s[<>]=?|<<|>>|[<>=!]=|&&|\|\||[-+*/%&|^~!()<>])"
    r"|(?P<name>[A-Za-z_][\w.]*))"
)
_ORDERS: Final = {f"{prefix}{bits}": (bits // 8, order) for bits in (8, 16, 32, 64)
                  for prefix, order in (("u", "little"), ("le", "little"), ("be", "big"))}  # fmt: skip

_BINARY: Final[tuple[Mapping[str, Callable[[int, int], int]], ...]] = (
    {"||": lambda a, b: int(bool(a or b))},
    {"&&": lambda a, b: int(bool(a and b))},
    {"|": lambda a, b: a | b},
    {"^": lambda a, b: a ^ b},
    {"&": lambda a, b: a & b},
    {"==": lambda a, b: int(a == b), "!=": lambda a, b: int(a != b)},
    {
        "<": lambda a, b: int(a < b),
        "<=": lambda a, b: int(a <= b),
        ">": lambda a, b: int(a > b),
        ">=": lambda a, b: int(a >= b),
        "s<": lambda a, b: int(signed(a) < signed(b)),
        "s<=": lambda a, b: int(signed(a) <= signed(b)),
        "s>": lambda a, b: int(signed(a) > signed(b)),
        "s>=": lambda a, b: int(signed(a) >= signed(b)),
    },
    {"<<": lambda a, b: a << (b & 63), ">>": lambda a, b: a >> (b & 63)},
    {"+": lambda a, b: a + b, "-": lambda a, b: a - b},
    {"*": lambda a, b: a * b, "/": lambda a, b: a // b if b else 0, "%": lambda a, b: a % b if b else a},
)
"""Operators by precedence, those that bind least first. Division by 0 gives what eBPF's gives."""
_UNARY: Final[Mapping[str, Callable[[int], int]]] = {
    "-": lambda a: -a,
    "~": lambda a: ~a,
    "!": lambda a: int(a == 0),
}


def _bounds(state: State) -> tuple[int, tuple[int, int, int]]:
    ctx = state.world.ctx
    if ctx is None or ctx.buffer is None:
        return 0, (0, 0, 0)
    return ctx.buffer.region.base, ctx.buffer.bounds


def _register(n: int, word: int) -> Value:
    return lambda look: look.state.registers[n] & word


_NAMES: Mapping[str, Value] = MappingProxyType(
    {
        **{f"r{n}": _register(n, MASK64) for n in range(REGISTERS)},
        **{f"w{n}": _register(n, MASK32) for n in range(REGISTERS)},
        "fp": _register(10, MASK64),
        "pc": lambda look: look.state.pc,
        "depth": lambda look: len(look.state.frames),
        "program": lambda look: look.state.program,
        "step": lambda look: look.number,
        "hits": lambda look: look.hits,
        "count": lambda look: look.hits,
        "ctx": lambda look: look.state.world.r1,
        "pkt": lambda look: _bounds(look.state)[0] + _bounds(look.state)[1][1],
        "pkt_end": lambda look: _bounds(look.state)[0] + _bounds(look.state)[1][2],
        "pkt_len": lambda look: _bounds(look.state)[1][2] - _bounds(look.state)[1][1],
    }
)


def parse_condition(text: str, constants: Mapping[str, int] = MappingProxyType({})) -> Condition:
    """Parses a condition; raises HookscopeError with the place (line 1) of what is wrong.

    Names are registers (``r0``, ``w0`` …, ``fp``), ``pc``, ``depth``, ``step``, ``hits`` or ``count``,
    ``pkt``, ``pkt_end``, ``pkt_len``, ``ctx``, the ``constants``, and with a dot a number the kernel keeps
    (``skb.mark``).
    """
    return Condition(text, _Parser(text, constants).parse())


class _Parser:
    """Precedence climbing over the tokens of one condition."""

    def __init__(self, text: str, constants: Mapping[str, int]) -> None:
        self.text = text
        self.constants = constants
        self.at = 0
        self.depth = 0
        if len(text) > MAX_LENGTH:
            raise self._error("condition-length", f"a condition has at most {MAX_LENGTH} characters", 0)

    def parse(self) -> Value:
        value = self._binary(0)
        if self.text[self.at :].strip():
            raise self._error("condition", f"`{self.text[self.at :].strip()}` cannot follow here", self.at)
        return value

    def _next(self) -> re.Match[str] | None:
        return _TOKEN.match(self.text, self.at)

    def _accept(self, *operators: str) -> str | None:
        found = self._next()
        if found is None or found["op"] not in operators:
            return None
        self.at = found.end()
        return found["op"]

    def _expect(self, operator: str) -> None:
        if self._accept(operator) is None:
            raise self._error("condition", f"`{operator}` is missing here", self.at)

    def _binary(self, level: int) -> Value:
        if level == len(_BINARY):
            return self._unary()
        left = self._binary(level + 1)
        while operator := self._accept(*_BINARY[level]):
            left = _combined(_BINARY[level][operator], left, self._binary(level + 1))
        return left

    def _unary(self) -> Value:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error("condition-depth", "the condition nests too deep", self.at)
        try:
            if operator := self._accept(*_UNARY):
                return _applied(_UNARY[operator], self._unary())
            if self._accept("*"):
                return self._read()
            return self._primary()
        finally:
            self.depth -= 1

    def _read(self) -> Value:
        """``*(u32 *)address``, ``be16`` for network byte order."""
        self._expect("(")
        found = self._next()
        if found is None or found["name"] not in _ORDERS:
            raise self._error(
                "condition", "a read names its size: `*(u32 *)(r10 - 4)`, `be16` for network order", self.at
            )
        self.at = found.end()
        self._expect("*")
        self._expect(")")
        size, order = _ORDERS[found["name"]]
        address = self._unary()

        def read(look: Look) -> int:
            word = look.state.world.memory.load(address(look), size)
            return word if order == "little" else int.from_bytes(word.to_bytes(size, "little"), "big")

        return read

    def _primary(self) -> Value:
        start, found = self.at, self._next()
        if self._accept("("):
            value = self._binary(0)
            self._expect(")")
            return value
        if found is None or found["op"]:
            raise self._error("condition", "a register, a number or a name is missing here", start)
        self.at = found.end()
        if found["number"]:
            return _constant(int(found["number"], 0))
        return self._name(found["name"], found.start("name"))

    def _name(self, name: str, start: int) -> Value:
        if name in _NAMES:
            return _NAMES[name]
        if name in self.constants:
            return _constant(self.constants[name])
        if "." in name:
            return lambda look: look.state.fields.get(name, 0)
        hint = did_you_mean(name, [*_NAMES, *self.constants])
        raise self._error("condition-name", f"there is no `{name}` to ask for", start, hint)

    def _error(self, code: str, message: str, start: int, hint: str | None = None) -> HookscopeError:
        stop = max(start + 1, self.at)
        return HookscopeError(Diagnostic(code, message, Span(1, start, stop), hint or "write it as `r1 > 9`"))


def _constant(number: int) -> Value:
    return lambda _: number & MASK64


def _combined(compute: Callable[[int, int], int], left: Value, right: Value) -> Value:
    return lambda look: compute(left(look), right(look)) & MASK64


def _applied(compute: Callable[[int], int], value: Value) -> Value:
    return lambda look: compute(value(look)) & MASK64
