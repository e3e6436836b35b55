"""An AArch64 processor for tests: runs the code of one function as a disassembler reads it.

It knows the instructions that kernel form has, by their texts, and nothing of eBPF.
"""

from collections.abc import Callable, Mapping
from typing import Final

import capstone

from vm.word import MASK64, sign_extend, signed

STACK_TOP: Final = 0x8000
MEMORY: Final = 0x10000
FILL: Final = 0xAA
_STEPS: Final = 20_000
_SIZES: Final[Mapping[str, int]] = {"b": 1, "h": 2}
_CONDITIONS: Final[Mapping[str, Callable[[int, int, int, int], bool]]] = {
    "eq": lambda n, z, c, v: z == 1,
    "ne": lambda n, z, c, v: z == 0,
    "hs": lambda n, z, c, v: c == 1,
    "lo": lambda n, z, c, v: c == 0,
    "hi": lambda n, z, c, v: c == 1 and z == 0,
    "ls": lambda n, z, c, v: c == 0 or z == 1,
    "ge": lambda n, z, c, v: n == v,
    "lt": lambda n, z, c, v: n != v,
    "gt": lambda n, z, c, v: z == 0 and n == v,
    "le": lambda n, z, c, v: z == 1 or n != v,
}
_TWO: Final[Mapping[str, Callable[[int, int, int], int]]] = {
    "add": lambda a, b, n: a + b,
    "sub": lambda a, b, n: a - b,
    "and": lambda a, b, n: a & b,
    "orr": lambda a, b, n: a | b,
    "eor": lambda a, b, n: a ^ b,
    "mul": lambda a, b, n: a * b,
    "udiv": lambda a, b, n: a // b if b else 0,
    "sdiv": lambda a, b, n: _divide(signed(a, n), signed(b, n)),
    "lsl": lambda a, b, n: a << b % n,
    "lsr": lambda a, b, n: a >> b % n,
    "asr": lambda a, b, n: signed(a, n) >> b % n,
}
_ONE: Final[Mapping[str, Callable[[int, int], int]]] = {
    "mov": lambda a, n: a,
    "mvn": lambda a, n: ~a,
    "neg": lambda a, n: -a,
    "sxtb": lambda a, n: sign_extend(a & 0xFF, 8, n),
    "sxth": lambda a, n: sign_extend(a & 0xFFFF, 16, n),
    "sxtw": lambda a, n: sign_extend(a & 0xFFFFFFFF, 32, n),
    "uxth": lambda a, n: a & 0xFFFF,
    "rev": lambda a, n: int.from_bytes(a.to_bytes(n // 8, "little"), "big"),
    "rev16": lambda a, n: _swap_halves(a, n),
}
_ATOMIC: Final[Mapping[str, Callable[[int, int], int]]] = {
    "add": lambda old, value: old + value,
    "clr": lambda old, value: old & ~value,
    "eor": lambda old, value: old ^ value,
    "set": lambda old, value: old | value,
}


def _divide(a: int, b: int) -> int:
    if b == 0:
        return 0
    quotient = abs(a) // abs(b)
    return -quotient if (a < 0) != (b < 0) else quotient


def _swap_halves(a: int, n: int) -> int:
    data = a.to_bytes(n // 8, "little")
    return int.from_bytes(bytes(data[at ^ 1] for at in range(len(data))), "little")


class Processor:
    """Registers, flags and a stack; ``run`` gives what is in x0 at the function's ``ret``."""

    def __init__(self, arguments: tuple[int, ...] = ()) -> None:
        self.regs = [0] * 31
        self.regs[: len(arguments)] = arguments
        self.sp = STACK_TOP
        self.flags = (0, 0, 0, 0)
        self.memory = bytearray([FILL]) * MEMORY

    def run(self, code: bytes) -> int:
        """Raises AssertionError for what it does not know, or what has no end."""
        decoder = capstone.Cs(capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM)
        insns = {at: (verb, ops) for at, _, verb, ops in decoder.disasm_lite(code, 0)}
        at = 0
        for _ in range(_STEPS):
            verb, operands = insns[at]
            if verb == "ret":
                return self.regs[0]
            to = self._step(verb, _split(operands))
            at = at + 4 if to is None else to
        raise AssertionError("it does not end")

    def _step(self, verb: str, ops: list[str]) -> int | None:
        match verb.split("."):
            case ["b"]:
                return _number(ops[0])
            case ["b", cond]:
                return _number(ops[0]) if _CONDITIONS[cond](*self.flags) else None
            case ["nop"] | ["paciasp"] | ["autiasp"]:
                pass
            case ["cmp" | "cmn" | "tst" as test]:
                self._compare(test, self._get(ops[0]), self._operand(ops[1:]), _bits(ops[0]))
            case ["stp" | "ldp"]:
                self._pair(verb, ops)
            case ["movk"]:
                up = _number(ops[2].removeprefix("lsl ")) if len(ops) > 2 else 0
                kept = self._get(ops[0]) & ~(0xFFFF << up)
                self._set(ops[0], kept | _number(ops[1]) << up)
            case ["movn"]:
                up = _number(ops[2].removeprefix("lsl ")) if len(ops) > 2 else 0
                self._set(ops[0], ~(_number(ops[1]) << up))
            case ["ubfx"]:
                self._set(ops[0], self._get(ops[1]) >> _number(ops[2]) & ((1 << _number(ops[3])) - 1))
            case ["msub"]:
                self._set(ops[0], self._get(ops[3]) - self._get(ops[1]) * self._get(ops[2]))
            case [name] if name in _TWO:
                value = _TWO[name](self._get(ops[1]), self._operand(ops[2:]), _bits(ops[0]))
                self._set(ops[0], value)
            case [name] if name in _ONE:
                self._set(ops[0], _ONE[name](self._operand(ops[1:]), _bits(ops[0])))
            case _:
                self._memory(verb, ops)
        return None

    def _get(self, name: str) -> int:
        if name in ("xzr", "wzr"):
            return 0
        value = self.sp if name in ("sp", "wsp") else self.regs[int(name[1:])]
        return value & ((1 << _bits(name)) - 1)

    def _set(self, name: str, value: int) -> None:
        value &= (1 << _bits(name)) - 1
        if name == "sp":
            self.sp = value
        elif name not in ("xzr", "wzr"):
            self.regs[int(name[1:])] = value

    def _operand(self, ops: list[str]) -> int:
        value = _number(ops[0]) & MASK64 if ops[0].startswith("#") else self._get(ops[0])
        return value << _number(ops[1].removeprefix("lsl ")) if len(ops) > 1 else value

    def _compare(self, test: str, a: int, b: int, n: int) -> None:
        mask = (1 << n) - 1
        b &= mask
        match test:
            case "tst":
                result, carry, exact = a & b, 0, signed(a & b, n)
            case "cmp":
                result, carry, exact = (a - b) & mask, int(a >= b), signed(a, n) - signed(b, n)
            case _:
                result, carry, exact = (a + b) & mask, int(a + b > mask), signed(a, n) + signed(b, n)
        self.flags = result >> (n - 1), int(result == 0), carry, int(exact != signed(result, n))

    def _address(self, text: str) -> int:
        parts = [part.strip() for part in text.strip("[]!").split(",")]
        return sum(_number(part) if part.startswith("#") else self._get(part) for part in parts) & MASK64

    def _load(self, at: int, size: int) -> int:
        return int.from_bytes(self.memory[at : at + size], "little")

    def _store(self, at: int, size: int, value: int) -> None:
        self.memory[at : at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")

    def _pair(self, verb: str, ops: list[str]) -> None:
        if verb == "stp":
            self.sp -= 16
            for n, name in enumerate(ops[:2]):
                self._store(self.sp + 8 * n, 8, self._get(name))
            return
        for n, name in enumerate(ops[:2]):
            self._set(name, self._load(self.sp + 8 * n, 8))
        self.sp += 16

    def _memory(self, verb: str, ops: list[str]) -> None:
        at, first = self._address(ops[-1]), ops[0]
        size = _SIZES.get(verb[-1], _bits(first) // 8)
        if verb.startswith(("ldrs", "ldurs")):
            size = {"b": 1, "h": 2, "w": 4}[verb[-1]]
            self._set(first, sign_extend(self._load(at, size), 8 * size, _bits(first)))
        elif verb.startswith(("ldr", "ldar")):
            self._set(first, self._load(at, size))
        elif verb.startswith(("str", "stlr")):
            self._store(at, size, self._get(first))
        else:
            self._atomic(verb, ops, at, size)

    def _atomic(self, verb: str, ops: list[str], at: int, size: int) -> None:
        old, value = self._load(at, size), self._get(ops[0])
        match verb:
            case "casal":
                new = self._get(ops[1]) if old == value else old
                self._set(ops[0], old)
            case "swpal":
                new = value
                self._set(ops[1], old)
            case _:
                new = _ATOMIC[verb[2:5]](old, value)
                if verb.startswith("ld"):
                    self._set(ops[1], old)
        self._store(at, size, new)


def _bits(name: str) -> int:
    return 32 if name.startswith("w") else 64


def _number(text: str) -> int:
    return int(text.removeprefix("#"), 0)


def _split(operands: str) -> list[str]:
    """The operands, an address as one."""
    before, bracket, after = operands.partition("[")
    found = [part.strip() for part in before.split(",") if part.strip()]
    if bracket:
        inner, _, behind = after.partition("]")
        found.append(f"[{inner}]")
        assert behind in ("", "!") or behind.startswith(","), operands
    return found
