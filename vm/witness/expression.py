"""Numbers of a run as functions of the packet: its bytes and its length are the variables.

An expression is an int, where it does not depend on the packet, or an ``Expr``. ``invert`` gives values of
the variables with which an expression is a wanted number, where that can be had directly.
"""

from collections.abc import Iterator
from typing import Final

from vm.isa import AluOp, EndianOp, alu, endian
from vm.word import MASK64, sign_extend

LENGTH: Final = -1
"""The variable that is the packet's length; the others are offsets of its bytes."""
LARGEST: Final = 120
"""Operations an expression may hold; what would be larger is not followed."""

Values = dict[int, int]


class Env:
    """Values of all variables: a packet."""

    __slots__ = ("data", "length")

    def __init__(self, data: bytes | bytearray, length: int) -> None:
        self.data = bytearray(data)
        self.length = length

    def get(self, variable: int) -> int:
        """The value of a variable; bytes never looked at are 0."""
        if variable == LENGTH:
            return self.length
        return self.data[variable] if variable < len(self.data) else 0

    def with_(self, values: Values) -> "Env":
        """Another packet, with some variables set."""
        new = Env(self.data, self.length)
        for variable, value in values.items():
            if variable == LENGTH:
                new.length = value
            else:
                if variable >= len(new.data):
                    new.data.extend(bytes(variable + 1 - len(new.data)))
                new.data[variable] = value & 0xFF
        return new

    def packet(self) -> bytes:
        """The packet."""
        return bytes(self.data[: self.length]).ljust(self.length, b"\0")


class Expr:
    """One operation on expressions; ``variables`` are those it depends on, ``size`` its operations."""

    __slots__ = ("size", "variables")

    def __init__(self, variables: frozenset[int], size: int) -> None:
        self.variables = variables
        self.size = size

    def value(self, env: Env) -> int:
        """The number it is for a packet."""
        raise NotImplementedError

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        """Changes of variables that may make it ``wanted``, everything else being as in ``env``."""
        return iter(())


Number = int | Expr


def value(number: Number, env: Env) -> int:
    """The number of an expression for a packet."""
    return number if isinstance(number, int) else number.value(env)


def variables(number: Number) -> frozenset[int]:
    """What it depends on."""
    return frozenset() if isinstance(number, int) else number.variables


def _size(*numbers: Number) -> int:
    return 1 + sum(0 if isinstance(number, int) else number.size for number in numbers)


class Variable(Expr):
    """A byte of the packet, or its length."""

    __slots__ = ("name",)

    def __init__(self, name: int) -> None:
        super().__init__(frozenset({name}), 1)
        self.name = name

    def value(self, env: Env) -> int:
        return env.get(self.name)

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        if self.name == LENGTH or 0 <= wanted < 256:
            yield {self.name: wanted}


class Word(Expr):
    """Bytes of other expressions, least significant first: (number, which byte of it)."""

    __slots__ = ("parts",)

    def __init__(self, parts: tuple[tuple[Number, int], ...]) -> None:
        numbers = [number for number, _ in parts]
        super().__init__(frozenset().union(*map(variables, numbers)), _size(*numbers))
        self.parts = parts

    def value(self, env: Env) -> int:
        total = 0
        for at, (number, which) in enumerate(self.parts):
            total |= (value(number, env) >> 8 * which & 0xFF) << 8 * at
        return total

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        if wanted >> 8 * len(self.parts):
            return
        found: Values = {}
        whole: dict[int, tuple[Expr, int, int]] = {}
        for at, (number, which) in enumerate(self.parts):
            part = wanted >> 8 * at & 0xFF
            if isinstance(number, int):
                if number >> 8 * which & 0xFF != part:
                    return
            elif isinstance(number, Variable) and number.name != LENGTH:
                found[number.name] = part
            else:
                _, sofar, mask = whole.get(id(number), (number, 0, 0))
                whole[id(number)] = number, sofar | part << 8 * which, mask | 0xFF << 8 * which
        for number, part, mask in whole.values():
            better = next(number.invert((number.value(env) & ~mask) | part, env), None)
            if better is None:
                return
            found |= better
        yield found


class Operation(Expr):
    """``alu`` of two numbers."""

    __slots__ = ("bits", "left", "op", "right")

    def __init__(self, op: AluOp, left: Number, right: Number, bits: int) -> None:
        super().__init__(variables(left) | variables(right), _size(left, right))
        self.op, self.left, self.right, self.bits = op, left, right, bits

    def value(self, env: Env) -> int:
        return alu(self.op, value(self.left, env), value(self.right, env), self.bits)

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        mask = MASK64 if self.bits == 64 else 0xFFFFFFFF
        if isinstance(self.left, Expr):
            for target in _left(self.op, wanted, value(self.right, env) & mask, mask):
                yield from self.left.invert(target & mask, env)
        if isinstance(self.right, Expr):
            for target in _right(self.op, wanted, value(self.left, env) & mask):
                yield from self.right.invert(target & mask, env)


def _left(op: AluOp, wanted: int, other: int, mask: int) -> Iterator[int]:
    """What the left operand may be for the result to be ``wanted``."""
    match op:
        case AluOp.ADD:
            yield wanted - other
        case AluOp.SUB:
            yield wanted + other
        case AluOp.XOR:
            yield wanted ^ other
        case AluOp.AND:
            yield wanted & other
            yield wanted | ~other & mask
        case AluOp.OR:
            yield wanted
            yield wanted & ~other
        case AluOp.LSH if other < 64:
            yield wanted >> other
        case AluOp.RSH | AluOp.ARSH if other < 64:
            yield wanted << other & mask
        case AluOp.MUL if other:
            yield wanted // other
            if other & 1:
                yield wanted * pow(other, -1, mask + 1)
        case AluOp.DIV if other:
            yield wanted * other
        case AluOp.MOD if other:
            yield wanted
            yield wanted + other
        case AluOp.MOVSX8 | AluOp.MOVSX16 | AluOp.MOVSX32:
            yield wanted
        case _:
            return


def _right(op: AluOp, wanted: int, other: int) -> Iterator[int]:
    """What the right operand may be for the result to be ``wanted``."""
    match op:
        case AluOp.ADD:
            yield wanted - other
        case AluOp.SUB:
            yield other - wanted
        case AluOp.XOR:
            yield wanted ^ other
        case AluOp.AND | AluOp.OR:
            yield wanted
        case AluOp.MUL if other:
            yield wanted // other
        case _:
            return


class Converted(Expr):
    """A number in another byte order."""

    __slots__ = ("bits", "number", "op")

    def __init__(self, op: EndianOp, number: Expr, bits: int) -> None:
        super().__init__(number.variables, _size(number))
        self.op, self.number, self.bits = op, number, bits

    def value(self, env: Env) -> int:
        return endian(self.op, self.number.value(env), self.bits)

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        if not wanted >> self.bits:
            yield from self.number.invert(endian(self.op, wanted, self.bits), env)


class Extended(Expr):
    """A number cut to some bits and sign-extended to 64, or to 32."""

    __slots__ = ("bits", "number", "to")

    def __init__(self, number: Expr, bits: int, to: int = 64) -> None:
        super().__init__(number.variables, _size(number))
        self.number, self.bits, self.to = number, bits, to

    def value(self, env: Env) -> int:
        low = self.number.value(env) & ((1 << self.bits) - 1)
        return sign_extend(low, self.bits) & ((1 << self.to) - 1)

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        yield from self.number.invert(wanted & ((1 << self.bits) - 1), env)


class Element(Expr):
    """The address ``base`` if the index is below ``count``, else 0: what looking up an array gives."""

    __slots__ = ("base", "count", "index")

    def __init__(self, index: Expr, base: int, count: int) -> None:
        super().__init__(index.variables, _size(index))
        self.index, self.base, self.count = index, base, count

    def value(self, env: Env) -> int:
        return self.base if self.index.value(env) & 0xFFFFFFFF < self.count else 0

    def invert(self, wanted: int, env: Env) -> Iterator[Values]:
        if not wanted:
            yield from self.index.invert(self.count, env)
            yield from self.index.invert(0xFFFFFFFF, env)
            yield from self.index.invert(0xFF, env)
        else:
            for index in (0, 1, self.count - 1):
                yield from self.index.invert(index, env)


def operation(op: AluOp, left: Number, right: Number, bits: int) -> Number | None:
    """``alu``, of numbers or expressions; None where that would be too large to follow."""
    if isinstance(left, int) and isinstance(right, int):
        return alu(op, left, right, bits)
    found = Operation(op, left, right, bits)
    return found if found.size <= LARGEST else None


def word(parts: tuple[tuple[Number, int], ...]) -> Number | None:
    """The number of some bytes; the whole number where they are all of one, in order."""
    first = parts[0][0]
    if len(parts) == 8 and all(number is first and which == at for at, (number, which) in enumerate(parts)):
        return first
    found = Word(parts)
    if not found.variables:
        return found.value(Env(b"", 0))
    return found if found.size <= LARGEST else None
