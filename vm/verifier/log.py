"""The verifier's log, to the character as Linux 6.18 prints it.

Text is only formatted when the level asks for it; ``take_back`` undoes what a path wrote (level 1).
"""

from vm.asm.text_kernel import slot_text, text
from vm.instruction import Instruction, Invalid, LoadImm64, Slot
from vm.isa import END_CODE, ImmKind, InsnClass, Mode, Source
from vm.program import Program
from vm.verifier.liveness import Analysis
from vm.verifier.options import LOG_ALL, LOG_PATH
from vm.verifier.register import ADD_CONST, PACKET_KINDS, Kind, Register
from vm.verifier.scalar_text import format_ranges, format_signed
from vm.verifier.state import EMPTY, INVALID, SLOT_TEXT, SPILL, Frame, State
from vm.word import signed

_ADDRESS = 0xFFFF888100000000


class Log:
    """``parts`` are joined at the end; ``size`` is the number of characters so far.

    Without ``addresses`` those of maps are printed as 0.
    """

    def __init__(self, program: Program, level: int, addresses: bool = True) -> None:
        self.program = program
        self.level = level
        self.enabled = bool(level & (LOG_PATH | LOG_ALL))
        self.all = bool(level & LOG_ALL)
        self.parts: list[str] = []
        self.size = 0
        self._insn_end = -1
        self._insn_size = 0
        self._texts: dict[int, str] = {}
        self._name64 = _name64 if addresses else _hidden64

    def write(self, message: str) -> None:
        """Prints where the log is on at all."""
        if self.level:
            self.parts.append(message)
            self.size += len(message)

    def take_back(self, size: int) -> None:
        """Drops what was written after the log had ``size`` characters."""
        while self.size > size:
            last = self.parts.pop()
            self.size -= len(last)
            if self.size < size:
                keep = last[: size - self.size]
                self.parts.append(keep)
                self.size += len(keep)

    def text(self) -> str:
        return "".join(self.parts)

    def insn_text(self, pc: int) -> str:
        """The instruction as ``verbose_insn`` prints it."""
        found = self._texts.get(pc)
        if found is None:
            insn = self.program.insns[pc]
            if insn is None or isinstance(insn, Invalid):
                found = _odd_text(self.program.slots[pc])
            else:
                found = text(insn, self._name64)
            self._texts[pc] = found
        return found

    def insn(self, pc: int) -> None:
        """The line of an instruction; its state may follow on the same line."""
        line = f"{pc}: {self.insn_text(pc)}\n"
        self.write(line)
        self._insn_size = len(line)
        self._insn_end = self.size

    def insn_state(self, state: State, pc: int, scratched: int, slots: int) -> None:
        """The registers and slots an instruction touched, behind it or on a line of their own."""
        if self._insn_end == self.size:
            self.take_back(self.size - 1)
            size = self._insn_size
            fill = -(-max(size + 4, 40) // 8) * 8 - size - 1
            self.write(" " * fill + ";")
        else:
            self.write(f"{pc}:")
        self.write(state_text(self.program, state, state.frames[-1], scratched, slots))

    def state(self, state: State, frame: Frame) -> None:
        """The whole of one frame."""
        self.write(state_text(self.program, state, frame, -1, -1))

    def live_table(self, analysis: Analysis) -> None:
        self.write("Live regs before insn:\n")
        for pc, insn in enumerate(self.program.insns):
            if insn is None:
                continue
            scc, live = analysis.scc[pc], analysis.live[pc]
            mark = f"{scc:3d} " if scc else "    "
            regs = "".join(str(reg) if live >> reg & 1 else "." for reg in range(10))
            self.write(f"{mark}{pc:3d}: {regs} {self.insn_text(pc)}\n")


def _odd_text(slot: Slot) -> str:
    """A slot that is no instruction, as far as the kernel can print it."""
    cls, code = slot.opcode & 7, slot.opcode >> 4
    if cls == InsnClass.ALU and code == END_CODE:
        order = "be" if slot.opcode & Source.X else "le"
        return f"({slot.opcode:02x}) r{slot.dst} = {order}{slot.imm} r{slot.dst}"
    if cls == InsnClass.STX and slot.opcode & 0xE0 == Mode.ATOMIC:
        return f"BUG_{slot.opcode:02x}"
    return slot_text(slot)


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


def state_text(program: Program, state: State, frame: Frame, registers: int, slots: int) -> str:
    """One frame's registers and slots where the masks have a bit, references, and the end of the line."""
    out = [f" frame{frame.frameno}:"] if frame.frameno else []
    for n, reg in enumerate(frame.regs):
        if reg.kind is not Kind.NOT_INIT and registers >> n & 1:
            out.append(f" R{n}={register_text(program, reg, frame.frameno)}")
    for index, slot in enumerate(frame.stack):
        if slots >> index & 1 and slot.types != EMPTY.types:
            out.append(
                f" fp{-8 * (index + 1)}={_slot_text(program, slot.types, slot.spilled, frame.frameno)}"
            )
    if state.refs and state.refs[0].id:
        out.append(" refs=" + ",".join(str(ref.id) for ref in state.refs if ref.id))
    if frame.callback is not None:
        out.append(" cb")
    out.append("\n")
    return "".join(out)


def _slot_text(program: Program, types: bytes, spilled: Register, frameno: int) -> str:
    if types[7] != SPILL:
        return "".join(SLOT_TEXT[kind] for kind in types)
    above = types[: types.index(SPILL)]
    return "".join(SLOT_TEXT[kind] for kind in above) + register_text(program, spilled, frameno)


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
        parts.append(f"sz={reg.size}")
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


__all__ = ["INVALID", "Instruction", "Log", "register_text", "state_text"]
