"""The programs of ``scalar_programs`` walked by our scalars alone, and the kernel's log read as events alike.

An event is one line: ``12 R6=scalar(…)`` for what an instruction leaves in its destination (or a jump that
is not decided in its operands), ``12>15 R5=… R9=…`` for the numbers on the other way out, and Linux's
complaints about contradictory bounds. Ids and precision are left out.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256

from tests.vm.verifier.scalar_programs import NUMBERS
from vm.encoding import encode
from vm.instruction import Alu, Endian, Exit, Imm, Instruction, Jump, Load, LoadImm64, Neg, Reg
from vm.verifier.arithmetic import TRANSFER, converted, forked, negated
from vm.verifier.compare import decide, outcomes, outcomes_same
from vm.verifier.resize import coerce_to_size, sign_extend_to_64
from vm.verifier.scalar import UNKNOWN, Scalar, const
from vm.verifier.scalar_text import format_scalar, format_violation

Registers = dict[int, Scalar]
_Pending = tuple[int, int, Registers]  # from, to, numbers
_HEAD = 7
"""Slots before the first load of a number."""
_REGISTER = re.compile(r"R(\d+)=P?(scalar\((?:[^()]|\([^()]*\))*\)|-?\w+)")
_ID = re.compile(r"id=\d+(?:[+-]\d+)?,?")
_COMPLAINT = "REG INVARIANTS VIOLATION"
_ALONE = re.compile(r"(\d+): (R.*)$")
_LINE = re.compile(r"(\d+): \(..\) [^;]*(?:; (.*))?$")
_FROM = re.compile(r"from (\d+) to (\d+): (R.*)$")


def replay(program: Sequence[Instruction]) -> list[str]:
    """Our own events of the whole walk, in the kernel's order."""
    by_slot = _by_slot(program)
    events: list[str] = []
    pending: list[_Pending] = [(-1, _HEAD, {})]
    while pending:
        origin, pc, numbers = pending.pop()
        if origin >= 0:
            events.append(_event(f"{origin}>{pc}", numbers, NUMBERS))
        while not isinstance(by_slot[pc], Exit):
            pc = _Step(by_slot[pc], pc, numbers, events, pending).run()
    return events


class _Step:
    """One instruction on one path."""

    def __init__(
        self, insn: Instruction, pc: int, numbers: Registers, events: list[str], pending: list[_Pending]
    ) -> None:
        self.insn, self.pc, self.numbers, self.events, self.pending = insn, pc, numbers, events, pending

    def run(self) -> int:
        """The slot of the next instruction; ``numbers`` and the lists are changed in place."""
        if isinstance(self.insn, Jump):
            return self._jump(self.insn)
        dst = getattr(self.insn, "dst", 0)
        if dst in NUMBERS:
            self.numbers[dst] = self._result()
            self.events.append(_event(str(self.pc), self.numbers, (dst,)))
        return self.pc + len(encode(self.insn))

    def _result(self) -> Scalar:
        match self.insn:
            case Load(size=size, signed=True):
                return sign_extend_to_64(UNKNOWN, size.bytes)
            case Load(size=size):
                return coerce_to_size(UNKNOWN, size.bytes)
            case LoadImm64(value=value):
                return const(value)
            case Neg(bits=bits, dst=dst):
                return negated(self.numbers[dst], bits)
            case Endian(op=op, bits=bits, dst=dst):
                return converted(self.numbers[dst], op, bits)
            case Alu(op=op, bits=bits, dst=dst):
                src = self._source(self.insn)
                if split := dst in self.numbers and forked(op, self.numbers[dst], src):
                    later, self.numbers[dst] = split
                    self.pending.append((self.pc, self.pc, {**self.numbers, dst: later}))
                return TRANSFER[op](self.numbers.get(dst, UNKNOWN), src, bits)
            case other:
                raise AssertionError(other)

    def _source(self, insn: Alu | Jump) -> Scalar:
        return const(insn.src.word) if isinstance(insn.src, Imm) else self.numbers[insn.src.n]

    def _jump(self, insn: Jump) -> int:
        a, b = self.numbers[insn.dst], self._source(insn)
        target, following = self.pc + 1 + insn.off, self.pc + 1
        decided = decide(insn.op, a, b, insn.bits)
        if decided is not None:
            return target if decided else following
        same = insn.src == Reg(insn.dst)
        found = outcomes_same(insn.op, a, insn.bits) if same else outcomes(insn.op, a, b, insn.bits)
        self.pending.append((self.pc, target, {**self.numbers, **_operands_after(insn, found.taken)}))
        self.numbers.update(_operands_after(insn, found.fallthrough))
        self.events.extend(format_violation(*complaint) for complaint in found.complaints)
        self.events.append(_event(str(self.pc), self.numbers, list(_operands(insn))))
        return following


def _operands_after(insn: Jump, pair: tuple[Scalar, Scalar]) -> Registers:
    a, b = pair
    return {insn.dst: a, insn.src.n: b} if isinstance(insn.src, Reg) else {insn.dst: a}


def _event(place: str, numbers: Registers, which: Sequence[int]) -> str:
    return place + "".join(f" R{n}={format_scalar(numbers[n])}" for n in sorted(set(which)))


def events_of(log: str, program: Sequence[Instruction]) -> list[str] | None:
    """The kernel's events out of its level 2 log; None if it pruned a path, after which less is printed."""
    if ": safe\n" in log:
        return None
    by_slot = _by_slot(program)
    events: list[str] = []
    for line in log.splitlines():
        complained = bool(events) and _COMPLAINT in events[-1]
        if event := _read(line, by_slot, complained):
            events.append(event)
    return events


def _by_slot(program: Sequence[Instruction]) -> dict[int, Instruction]:
    slots, at = {}, 0
    for insn in program:
        slots[at] = insn
        at += len(encode(insn))
    return slots


def _read(line: str, by_slot: dict[int, Instruction], complained: bool) -> str:
    """The event of one line. Behind a complaint an instruction's registers stand on a line of their own."""
    if _COMPLAINT in line:
        return line.strip()
    if found := _FROM.match(line):
        return _shown(f"{found[1]}>{found[2]}", found[3], NUMBERS)
    found = _LINE.match(line) or (_ALONE.match(line) if complained else None)
    if not found or not found[2] or int(found[1]) < _HEAD:
        return ""
    return _shown(found[1], found[2], sorted(set(_operands(by_slot[int(found[1])]))))


def _shown(place: str, text: str, which: Sequence[int]) -> str:
    numbers = {int(n): _ID.sub("", value) for n, value in _REGISTER.findall(text)}
    shown = "".join(f" R{n}={numbers[n]}" for n in which if n in numbers)
    return place + shown if shown else ""


def _operands(insn: Instruction) -> Iterator[int]:
    dst = getattr(insn, "dst", 0)
    if dst in NUMBERS:
        yield dst
    if isinstance(insn, Jump) and isinstance(insn.src, Reg):
        yield insn.src.n


def digest(events: Sequence[str]) -> str:
    """Eight hexadecimal digits of a list of events."""
    return sha256("\n".join(events).encode()).hexdigest()[:8]


def kinds(program: Sequence[Instruction], events: Sequence[str]) -> Iterator[str]:
    """What kind of instruction each event is about: ``add 32``, ``jset 64 taken`` …"""
    by_slot = _by_slot(program)
    for event in events:
        if _COMPLAINT in event:
            yield "complaint"
            continue
        place, _, after = event.split(" ", 1)[0].partition(">")
        match by_slot[int(place)]:
            case Alu(op=op, bits=bits):
                yield f"{op} {bits}"
            case Jump(op=op, bits=bits):
                yield f"{op} {bits} {'taken' if after else 'not taken'}"
            case Endian(op=op, bits=bits):
                yield f"{op}{bits}"
            case other:
                yield type(other).__name__.lower()
