"""What things are called in an explanation: the learner's lines, labels, maps and fields, in plain words."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from vm.asm import Style, text_of
from vm.program import MapSpec, Program
from vm.source import HookscopeError, Span
from vm.typetext import parse_type
from vm.uapi.helper_ids import helper_name
from vm.uapi.prog_types import HOOK_LIST, ProgType
from vm.uapi.structs import STRUCTS
from vm.verifier.explain.explanation import Place
from vm.verifier.register import AT_PKT_END, Kind, Register
from vm.verifier.scalar import Scalar
from vm.word import MASK64, signed

_WITH_ETHERNET: Final = frozenset({ProgType.XDP, ProgType.SCHED_CLS, ProgType.SCHED_ACT})
_CONTEXTS: Final = {hook.prog_type: hook.context for hook in reversed(HOOK_LIST) if hook.context}
_PLAIN: Final = {
    Kind.NOT_INIT: "nothing",
    Kind.CTX: "the context",
    Kind.PACKET_END: "data_end, the packet's end",
    Kind.FLOW_KEYS: "the flow keys",
    Kind.SOCKET: "a socket",
    Kind.SOCK_COMMON: "a socket (sock_common)",
    Kind.TCP_SOCK: "a TCP socket",
    Kind.XDP_SOCK: "an XDP socket",
    Kind.BTF_ID: "a kernel structure",
    Kind.TP_BUFFER: "a tracepoint's buffer",
    Kind.BUF: "a buffer",
    Kind.FUNC: "a function of the program",
    Kind.DYNPTR: "a dynptr",
    Kind.ARENA: "arena memory",
}


class Names:
    """The names in one program; ``lines`` are those of its source, none for bytecode."""

    def __init__(self, program: Program, lines: Sequence[str] = ()) -> None:
        self.program = program
        self.lines = lines
        self.functions = {start: name for name, start in program.functions.items()}

    # -- places ----------------------------------------------------------------------------------------------

    def span(self, pc: int) -> Span | None:
        """Where slot ``pc`` was written."""
        return self.program.spans.get(pc)

    def line(self, pc: int) -> int | None:
        """The line slot ``pc`` was written on."""
        span = self.span(pc)
        return None if span is None else span.line

    def at(self, pc: int) -> str:
        """``line 7``, or ``instruction 7`` where there is no source."""
        line = self.line(pc)
        return f"instruction {pc}" if line is None else f"line {line}"

    def place(self, pc: int | None) -> Place:
        """The place of slot ``pc``."""
        if pc is None or not 0 <= pc < len(self.program.slots):
            return Place(pc)
        span = self.span(pc)
        if span is None:
            return Place(pc, text=self.text(pc))
        return Place(pc, span.line, span.start, span.end, self.text(pc))

    def text(self, pc: int) -> str:
        """The instruction as the learner wrote it, else as llvm-objdump prints it."""
        span = self.span(pc)
        if span is not None and span.line <= len(self.lines):
            return self.lines[span.line - 1][span.start : span.end]
        insn = self.program.insns[pc] if pc < len(self.program.insns) else None
        return "" if insn is None else text_of(insn, Style.LLVM)

    def target(self, pc: int) -> str:
        """Where a jump leads: a label, else the line."""
        label = self.program.label_of(pc)
        return f"`{label}`" if label else self.at(pc)

    def function(self, start: int) -> str:
        """The name of the function that begins at ``start``."""
        return (
            self.functions.get(start) or self.program.label_of(start) or f"the function at {self.at(start)}"
        )

    # -- things ----------------------------------------------------------------------------------------------

    def map(self, index: int) -> MapSpec | None:
        """The map of that index."""
        return self.program.maps[index] if 0 <= index < len(self.program.maps) else None

    def map_name(self, index: int) -> str:
        """The map's name, quoted."""
        spec = self.map(index)
        return f"`{spec.name}`" if spec else "a map"

    def value_field(self, spec: MapSpec, off: int) -> str:
        """What the map's own type says lies at byte ``off`` of a value, quoted, or nothing."""
        if spec.value_type:
            with suppress(HookscopeError):
                kind = parse_type(spec.value_type)
                path = kind.path(off) if 0 <= off < kind.size else ""
                return f"`{path.lstrip('.')}`" if path.startswith((".", "[")) else ""
        return ""

    def context_field(self, off: int) -> str:
        """The context's field at byte ``off``: ``data_end``; else the offset."""
        struct = STRUCTS.get(_CONTEXTS.get(self.program.prog_type, ""))
        for field in struct.fields if struct else ():
            if field.offset <= off < field.end and not field.alias:
                return field.name
        return f"byte {off} of the context"

    def packet_field(self, off: int, size: int) -> str:
        """The Ethernet field at a constant place in the packet, or nothing."""
        if self.program.prog_type in _WITH_ETHERNET:
            for field in STRUCTS["ethhdr"].fields:
                if not field.alias and field.offset <= off and off + size <= field.end:
                    return f"`eth.{field.name.removeprefix('h_')}`"
        return ""

    # -- values ----------------------------------------------------------------------------------------------

    def value(self, reg: Register) -> str:
        """What a register holds, in words: ``data + 14 in the packet``, ``a number from 0 to 255``."""
        if reg.kind is Kind.SCALAR:
            return number(reg.value)
        null = ", or null" if reg.maybe_null else ""
        match reg.kind:
            case Kind.STACK:
                return f"the stack at r10{plus(reg)}" + (" of a caller" if reg.frame else "")
            case Kind.PACKET | Kind.PACKET_META:
                start = "data" if reg.kind is Kind.PACKET else "data_meta"
                return f"{start}{plus(reg)}, in the packet" if plus(reg) else f"the packet's start ({start})"
            case Kind.MAP_VALUE | Kind.MAP_KEY:
                what = "value" if reg.kind is Kind.MAP_VALUE else "key"
                return f"a {what} of map {self.map_name(reg.map)}{plus(reg)}{null}"
            case Kind.MAP_PTR:
                return f"map {self.map_name(reg.map)} itself"
            case Kind.MEM:
                what = "a ring buffer record" if "ringbuf" in reg.type_text else "memory"
                return f"{what} of {reg.size} bytes{plus(reg)}{null}"
            case kind:
                return _PLAIN[kind] + plus(reg) + null


def helper(number_: int) -> str:
    """The helper's name."""
    return helper_name(number_) or f"helper {number_}"


def plus(reg: Register) -> str:
    """The offset of a pointer: `` + 14``, `` - 8``, `` + 4 + (0 to 255)``; nothing at the start."""
    fixed = reg.off + (signed(reg.value.value) if reg.value.is_const else 0)
    text = f" + {fixed}" if fixed > 0 else f" - {-fixed}" if fixed < 0 else ""
    return text if reg.value.is_const else f"{text} + ({span(reg.value)})"


def word(value: int) -> str:
    """A number: decimal while short, hexadecimal beyond."""
    if -100_000 < value < 100_000:
        return str(value)
    return hex(value)


def span(value: Scalar) -> str:
    """The least range that is known: ``0 to 255``, ``-1 to 4``, ``any``."""
    if value.is_const:
        return word(signed(value.value))
    if value.smin >= 0 or value.umax <= MASK64 >> 1:
        return f"{word(value.umin)} to {word(value.umax)}"
    if value.smin == -(1 << 63) and value.smax == (1 << 63) - 1:
        if value.umin == 0 and value.umax == MASK64:
            return "any number"
        return f"{word(value.umin)} to {word(value.umax)}"
    low = "the least number" if value.smin == -(1 << 63) else word(value.smin)
    high = "the greatest" if value.smax == (1 << 63) - 1 else word(value.smax)
    return f"{low} to {high}"


def number(value: Scalar) -> str:
    """A number and what is known of it: ``the number 5``, ``a number from 0 to 255``, ``any number``."""
    if value.is_const:
        return f"the number {word(signed(value.value))}"
    text = span(value)
    if text == "any number":
        return "a number of which nothing is known"
    step = _multiple(value)
    return f"a number from {text}" + (f", a multiple of {step}" if step > 1 else "")


def _multiple(value: Scalar) -> int:
    """The greatest power of two up to 4096 of which every possible number is a multiple."""
    known = value.var_off.value | value.var_off.mask
    step = 1
    while step < 4096 and known and not known & step:
        step <<= 1
    return step


def proved(reg: Register) -> str:
    """How much of the packet is proved through this pointer."""
    if reg.range == AT_PKT_END or reg.range < 0:
        return "it lies at or beyond data_end"
    if not reg.range:
        return "no byte is proved to exist"
    return f"bytes 0 to {reg.range - 1} are proved" if reg.range > 1 else "byte 0 is proved"
