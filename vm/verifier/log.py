"""The verifier's log, to the character as Linux 6.18 prints it.

Text is only formatted when the level asks for it; ``take_back`` undoes what a path wrote (level 1).
"""

from functools import lru_cache
from typing import Final

from vm.asm.text_kernel import body
from vm.instruction import LoadImm64
from vm.isa import ImmKind
from vm.program import Program
from vm.verifier.liveness import Analysis
from vm.verifier.odd_text import odd_text
from vm.verifier.options import LOG_ALL, LOG_PATH
from vm.verifier.register import ADD_CONST, PACKET_KINDS, Kind, Register
from vm.verifier.scalar_text import format_ranges, format_signed, format_unsigned
from vm.verifier.state import DYNPTR, EMPTY, INVALID, SLOT_TEXT, SPILL, Frame, State
from vm.word import signed

MAX_TEXTS: Final = 1 << 12
MAX_LOG: Final = 1 << 24
"""Characters kept of the end at least; a walk of a million instructions may print far more."""
_ADDRESS: Final = 0xFFFF888100000000


class Log:
    """``parts`` are joined at the end; ``size`` is the number of characters so far, ``dropped`` of them lost.

    Without ``addresses`` those of maps are printed as 0.
    """

    def __init__(self, program: Program, level: int, addresses: bool = True) -> None:
        self.program = program
        self.level = level
        self.enabled = bool(level & (LOG_PATH | LOG_ALL))
        self.all = bool(level & LOG_ALL)
        self.parts: list[str] = []
        self.size = self.dropped = 0
        self._insn_end = -1
        self._texts: dict[int, str] = {}
        self._lines: dict[int, str] = {}
        self._registers: dict[tuple[Register, int], str] = {}
        self._name64 = _name64 if addresses else _hidden64

    def write(self, message: str) -> None:
        """Prints where the log is on at all."""
        if self.level:
            self.parts.append(message)
            self.size += len(message)
            if self.size - self.dropped > 2 * MAX_LOG:
                self._drop()

    def _drop(self) -> None:
        """Lose the oldest parts, as the kernel's rolling buffer does: it is the end that says why."""
        first = 0
        while self.size - self.dropped > MAX_LOG:
            self.dropped += len(self.parts[first])
            first += 1
        del self.parts[:first]

    def take_back(self, size: int) -> None:
        """Drops what was written after the log had ``size`` characters."""
        if size < self.dropped:
            self.parts.clear()
            self.size = self.dropped = size
        while self.size > size:
            last = self.parts.pop()
            self.size -= len(last)
            if self.size < size:
                keep = last[: size - self.size]
                self.parts.append(keep)
                self.size += len(keep)

    def text(self) -> str:
        """The log; one that lost its beginning says so in its first line."""
        lost = f"({self.dropped:,} characters before this are not kept)\n" if self.dropped else ""
        return lost + "".join(self.parts)

    def insn_text(self, pc: int) -> str:
        """The instruction as ``verbose_insn`` prints it."""
        found = self._texts.get(pc)
        if found is None:
            insn, slot = self.program.insns[pc], self.program.slots[pc]
            found = odd_text(insn, slot)
            if found is None:
                found = f"({slot.opcode:02x}) {body(insn, self._name64) if insn is not None else ''}"
            self._texts[pc] = found
        return found

    def insn(self, pc: int) -> None:
        """The line of an instruction; its state may follow on the same line."""
        line = self._lines.get(pc)
        if line is None:
            line = self._lines[pc] = f"{pc}: {self.insn_text(pc)}\n"
        self.write(line)
        self._insn_end = self.size

    def insn_state(self, state: State, pc: int, scratched: int, slots: int) -> None:
        """The registers and slots an instruction touched, behind it or on a line of their own."""
        text = self._state_text(state, state.frames[-1], scratched, slots)
        if self._insn_end == self.size:
            # the instruction's line is the last part: the state goes on where it ended, in columns of 8
            line = self.parts[-1]
            size = len(line)
            text = f"{line[:-1]:{-(-max(size + 4, 40) // 8) * 8 - 2}};{text}"
            self.parts[-1] = text
            self.size += len(text) - size
        else:
            self.write(f"{pc}:{text}")

    def state(self, state: State, frame: Frame) -> None:
        """The whole of one frame."""
        self.write(self._state_text(state, frame, -1, -1))

    def _state_text(self, state: State, frame: Frame, registers: int, slots: int) -> str:
        """A frame's registers and slots where the masks have a bit, references, and the end of the line."""
        number = frame.frameno
        out = [f" frame{number}:"] if number else []
        for n, reg in enumerate(frame.regs):
            if registers >> n & 1 and reg.kind is not Kind.NOT_INIT:
                out.append(f" R{n}={self._register(reg, number)}")
        if slots:
            for index, slot in enumerate(frame.stack):
                if slots >> index & 1 and slot is not EMPTY and slot.types != EMPTY.types:
                    if slot.types[7] == DYNPTR and not slot.spilled.size:
                        continue  # the upper half: it is printed with the lower
                    out.append(f" fp{-8 * (index + 1)}={self._slot(slot.types, slot.spilled, number)}")
        if state.refs and state.refs[0].id:
            out.append(" refs=" + ",".join(str(ref.id) for ref in state.refs if ref.id))
        if frame.callback is not None:
            out.append(" cb")
        out.append("\n")
        return "".join(out)

    def _register(self, reg: Register, frameno: int) -> str:
        found = self._registers.get((reg, frameno))
        if found is None:
            if len(self._registers) >= MAX_TEXTS:
                self._registers.clear()
            found = self._registers[reg, frameno] = register_text(self.program, reg, frameno)
        return found

    def _slot(self, types: bytes, spilled: Register, frameno: int) -> str:
        if types[7] == DYNPTR:
            ref = f"ref_id={spilled.ref}," if spilled.ref else ""
            return f"dynptr_{spilled.btf}(id={spilled.id},{ref}dynptr_id={spilled.id})"
        if types[7] != SPILL:
            return "".join(SLOT_TEXT[kind] for kind in types)
        above = types[: types.index(SPILL)]
        return "".join(SLOT_TEXT[kind] for kind in above) + self._register(spilled, frameno)

    def live_table(self, analysis: Analysis) -> None:
        self.write("Live regs before insn:\n")
        for pc, insn in enumerate(self.program.insns):
            if insn is None:
                continue
            scc, live = analysis.scc[pc], analysis.live[pc]
            mark = f"{scc:3d} " if scc else "    "
            self.write(f"{mark}{pc:3d}: {_live_text(live)} {self.insn_text(pc)}\n")


@lru_cache(1 << 10)
def _live_text(live: int) -> str:
    return "".join(str(reg) if live >> reg & 1 else "." for reg in range(10))


def _name64(insn: LoadImm64) -> str:
    match insn.kind:
        case ImmKind.MAP_FD | ImmKind.MAP_IDX:
            return f"{_ADDRESS + insn.imm * 0x200:#x}"
        case ImmKind.MAP_VALUE | ImmKind.MAP_IDX_VALUE:
            return f"{_ADDRESS + insn.imm * 0x200 + insn.next_imm:#x}"
        case _:
            return f"{insn.value:#x}"


def _hidden64(insn: LoadImm64) -> str:
    return "0x0" if insn.kind in _MAP_KINDS else _name64(insn)


_MAP_KINDS = frozenset({ImmKind.MAP_FD, ImmKind.MAP_VALUE})
"""Only these two: references by index are resolved before anything is printed."""


def register_text(program: Program, reg: Register, frameno: int) -> str:
    """One register as ``print_reg_state`` prints it."""
    kind, value = reg.kind, reg.value
    if kind is Kind.SCALAR:
        mark = "P" if reg.precise else ""
        if value.is_const:
            return mark + format_signed(value.value)
        parts = _identity(reg)
        ranges = format_ranges(value)
        if ranges:
            parts.append(ranges)
        return f"{mark}scalar({','.join(parts)})"
    out = reg.type_text + (reg.btf if kind is Kind.BTF_ID else "")
    if kind is Kind.STACK:
        if reg.frame != frameno:
            out += f"[{reg.frame}]"
        if value.is_const:
            return out + format_signed(signed(value.value) + reg.off)
    parts = _identity(reg)
    if reg.ref:
        parts.append(f"ref_obj_id={reg.ref}")
    if kind in (Kind.MAP_PTR, Kind.MAP_VALUE, Kind.MAP_KEY):
        spec = program.maps[reg.map]
        if reg.map_uid and spec.inner is not None:
            spec = spec.inner
        parts.append(f"ks={spec.key_size},vs={spec.value_size}")
    if reg.off:
        parts.append(f"off={format_signed(reg.off)}")
    if kind in PACKET_KINDS:
        parts.append(f"r={reg.range if reg.range >= 0 else hex(reg.range % (1 << 64))}")
    if kind is Kind.MEM:
        parts.append(f"sz={format_unsigned(reg.size)}")
    if value.is_const:
        if value.value:
            parts.append(f"imm={format_signed(value.value)}")
    else:
        ranges = format_ranges(value)
        if ranges:
            parts.append(ranges)
    return f"{out}({','.join(parts)})"


def _identity(reg: Register) -> list[str]:
    if not reg.id:
        return []
    text = f"id={reg.id & ~ADD_CONST}"
    if reg.id & ADD_CONST:
        text += f"{reg.off:+d}"
    return [text]


__all__ = ["INVALID", "Log", "register_text"]
