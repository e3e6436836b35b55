"""The verifier's log, to the character as Linux 6.18 prints it.

Text is only formatted when the level asks for it; ``take_back`` undoes what a path wrote (level 1).
"""

from functools import lru_cache
from typing import Final

from vm.asm.text_kernel import Name64, body
from vm.encoding import decode_one
from vm.instruction import Instruction, LoadImm64
from vm.instruction import Slot as Slot8
from vm.isa import MAX_FRAMES, ImmKind
from vm.program import Program
from vm.verifier.bits import numbers
from vm.verifier.liveness import Analysis
from vm.verifier.odd_text import odd_text
from vm.verifier.options import LOG_ALL, LOG_PATH
from vm.verifier.register import Kind, Register
from vm.verifier.register_text import register_text, slot_text
from vm.verifier.state import EMPTY, Frame, Slot, State

MAX_TEXTS: Final = 1 << 12
MAX_LOG: Final = 1 << 24
"""Characters kept of the end at least; a walk of a million instructions may print far more."""
_ADDRESS: Final = 0xFFFF888100000000
_KERNEL_TEXT: Final = 0xFFFFFFFF81000000


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
        self._heads: dict[str, str] = {}
        self._known: tuple[dict[tuple[int, Register | Slot], str], ...] = tuple({} for _ in range(MAX_FRAMES))
        """The texts of registers and slots by frame: a slot is never equal to a register."""
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
            if insn is None or isinstance(insn, LoadImm64):
                found = _text(insn, slot, self._name64)
            else:
                found = _plain_text(slot.opcode, slot.dst, slot.src, slot.off, slot.imm)
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
            head = self._heads.get(line)
            if head is None:
                head = self._heads[line] = f"{line[:-1]:{-(-max(len(line) + 4, 40) // 8) * 8 - 2}};"
            self.parts[-1] = head + text
            self.size += len(head) + len(text) - len(line)
        else:
            self.write(f"{pc}:{text}")

    def state(self, state: State, frame: Frame) -> None:
        """The whole of one frame."""
        self.write(self._state_text(state, frame, -1, -1))

    def _state_text(self, state: State, frame: Frame, registers: int, slots: int) -> str:
        """A frame's registers and slots where the masks have a bit, references, and the end of the line."""
        number, regs = frame.frameno, frame.regs
        texts = self._known[number]
        out = [f" frame{number}:"] if number else []
        for n in numbers(registers & 0x7FF):
            text = texts.get((n, regs[n]))
            out.append(self._register(number, n, regs[n]) if text is None else text)
        if slots and frame.stack:
            stack = frame.stack
            for index in numbers(slots & (1 << len(stack)) - 1):
                slot = stack[index]
                if slot is not EMPTY:
                    text = texts.get((index, slot))
                    out.append(self._slot(number, index, slot) if text is None else text)
        if state.refs and state.refs[0].id:
            out.append(" refs=" + ",".join(str(ref.id) for ref in state.refs if ref.id))
        if frame.callback is not None:
            out.append(" cb")
        out.append("\n")
        return "".join(out)

    def _register(self, frameno: int, n: int, reg: Register) -> str:
        text = "" if reg.kind is Kind.NOT_INIT else f" R{n}={register_text(self.program, reg, frameno)}"
        return self._keep(frameno, (n, reg), text)

    def _slot(self, frameno: int, index: int, slot: Slot) -> str:
        text = slot_text(self.program, slot, frameno) if slot.types != EMPTY.types else ""
        return self._keep(frameno, (index, slot), f" fp{-8 * (index + 1)}={text}" if text else "")

    def _keep(self, frameno: int, key: tuple[int, Register | Slot], text: str) -> str:
        texts = self._known[frameno]
        if len(texts) >= MAX_TEXTS:
            texts.clear()
        texts[key] = text
        return text

    def live_table(self, analysis: Analysis) -> None:
        """Which registers are live before each instruction, and which loop it is in."""
        lines = ["Live regs before insn:\n"]
        for pc, insn in enumerate(self.program.insns):
            if insn is not None:
                scc = analysis.scc[pc]
                mark = f"{scc:3d} " if scc else "    "
                lines.append(f"{mark}{pc:3d}: {_live_text(analysis.live[pc])} {self.insn_text(pc)}\n")
        self.write("".join(lines))


def _text(insn: Instruction | None, slot: Slot8, name64: Name64) -> str:
    odd = odd_text(insn, slot)
    return f"({slot.opcode:02x}) {body(insn, name64) if insn is not None else ''}" if odd is None else odd


@lru_cache(1 << 12)
def _plain_text(opcode: int, dst: int, src: int, off: int, imm: int) -> str:
    """The instruction of one slot: the same ones are printed again and again."""
    slot = Slot8(opcode, dst, src, off, imm)
    return _text(decode_one(slot), slot, _name64)


@lru_cache(1 << 10)
def _live_text(live: int) -> str:
    return "".join(str(reg) if live >> reg & 1 else "." for reg in range(10))


def _name64(insn: LoadImm64) -> str:
    match insn.kind:
        case ImmKind.MAP_FD | ImmKind.MAP_IDX:
            return f"{_ADDRESS + insn.imm * 0x200:#x}"
        case ImmKind.MAP_VALUE | ImmKind.MAP_IDX_VALUE:
            return f"{_ADDRESS + insn.imm * 0x200 + insn.next_imm:#x}"
        case ImmKind.BTF_ID if insn.imm:
            return f"{_KERNEL_TEXT + 16 * insn.imm:#x}"
        case _:
            return f"{insn.value:#x}"


def _hidden64(insn: LoadImm64) -> str:
    return "0x0" if insn.kind in _MAP_KINDS else _name64(insn)


_MAP_KINDS = frozenset({ImmKind.MAP_FD, ImmKind.MAP_VALUE})
"""Only these two: references by index are resolved before anything is printed."""
