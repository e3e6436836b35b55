"""What the verifier knows of a register, for a person to read: dictionaries with the keys of RegView."""

from app.workbench.values import Json
from vm.program import Program
from vm.verifier.register import PACKET_KINDS, Flag, Kind, Register
from vm.verifier.register_text import register_text
from vm.verifier.scalar import S64_MAX, S64_MIN, UNKNOWN, Scalar
from vm.word import MASK32, MASK64, hex64, signed

_KIND = {
    Kind.NOT_INIT: "none",
    Kind.SCALAR: "num",
    Kind.CTX: "ctx",
    Kind.MAP_PTR: "mapobj",
    Kind.MAP_VALUE: "map",
    Kind.MAP_KEY: "map",
    Kind.STACK: "stk",
    Kind.PACKET_META: "pkt",
    Kind.PACKET: "pkt",
    Kind.PACKET_END: "end",
    Kind.SOCKET: "sock",
    Kind.SOCK_COMMON: "sock",
    Kind.TCP_SOCK: "sock",
    Kind.XDP_SOCK: "sock",
    Kind.FUNC: "func",
}
_NAMES = {
    Kind.CTX: "ctx",
    Kind.STACK: "fp",
    Kind.PACKET: "pkt",
    Kind.PACKET_META: "pkt_meta",
    Kind.PACKET_END: "pkt_end",
}
_WIDTHS = ((0xFF, "any byte"), (0xFFFF, "any u16"), (MASK32, "any u32"))


class Values:
    """Register views by index, each register once."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.views: list[Json] = []
        self._indexes: dict[tuple[Register, int], int] = {}

    def index(self, reg: Register, frameno: int) -> int:
        """The index of the view of ``reg`` as frame ``frameno`` sees it."""
        found = self._indexes.get((reg, frameno))
        if found is None:
            found = self._indexes[reg, frameno] = len(self.views)
            self.views.append(reg_view(self.program, reg, frameno))
        return found


def reg_view(program: Program, reg: Register, frameno: int) -> Json:
    """RegView."""
    number = reg.kind is Kind.SCALAR
    pointer = not number and reg.kind not in (Kind.NOT_INIT, Kind.PACKET_END, Kind.FUNC, Kind.MAP_PTR)
    low, high = _offsets(reg) if pointer else (None, None)
    return {
        "kind": _kind(reg),
        "text": _number(reg.value) if number else _pointer(program, reg, frameno),
        "note": _note(program, reg),
        "kernel": "" if reg.kind is Kind.NOT_INIT else register_text(program, reg, frameno),
        "precise": reg.precise,
        "null": reg.maybe_null,
        "id": reg.id & MASK32 >> 2,
        "low": None if low is None else str(low),
        "high": None if high is None else str(high),
        "size": _size(program, reg),
        "scalar": _scalar(reg.value) if number or not reg.value.is_const else None,
    }


def _kind(reg: Register) -> str:
    if reg.flags & Flag.RINGBUF:
        return "ring"
    return _KIND.get(reg.kind, "mem")


def _scalar(value: Scalar) -> Json:
    """ScalarView."""
    return {
        "value": hex64(value.var_off.value),
        "mask": hex64(value.var_off.mask),
        "smin": str(value.smin),
        "smax": str(value.smax),
        "umin": str(value.umin),
        "umax": str(value.umax),
        "smin32": value.smin32,
        "smax32": value.smax32,
        "umin32": value.umin32,
        "umax32": value.umax32,
    }


def _number(value: Scalar) -> str:
    if value.is_const:
        number = signed(value.value)
        return f"{number:,}" if -(1 << 31) <= number <= MASK32 else f"{value.value:#x}"
    if value is UNKNOWN:
        return "any u64"
    if value.umin == 0:
        for most, name in _WIDTHS:
            if value.umax == most and value.var_off.mask == most:
                return name
    if value.smin < 0 <= value.smax and (value.umin, value.umax) == (0, MASK64):
        if (value.smin, value.smax) == (S64_MIN, S64_MAX):
            return "some bits known"
        return f"{_short(value.smin)} to {_short(value.smax)}"
    if value.smin < 0 and value.smax < 0:
        return f"{_short(value.smin)} to {_short(value.smax)}"
    return f"{_short(value.umin)} to {_short(value.umax)}"


def _short(number: int) -> str:
    return f"{number:,}" if abs(number) <= MASK32 else f"{number:#x}"


def _offsets(reg: Register) -> tuple[int, int]:
    """The least and the greatest offset; of a packet pointer behind a variable part, from there."""
    value = reg.value
    if value.is_const:
        off = signed(value.value) + reg.off
        return off, off
    if reg.kind in PACKET_KINDS:
        return reg.off, reg.off
    return value.smin + reg.off, value.smax + reg.off


def _pointer(program: Program, reg: Register, frameno: int) -> str:
    match reg.kind:
        case Kind.NOT_INIT:
            return "never written"
        case Kind.PACKET_END:
            return "pkt_end"
        case Kind.MAP_PTR:
            return f"map {program.maps[reg.map].name}"
        case Kind.FUNC:
            return "a function"
        case Kind.MAP_VALUE:
            name = f"{program.maps[reg.map].name} value"
        case Kind.MAP_KEY:
            name = f"{program.maps[reg.map].name} key"
        case Kind.STACK if reg.frame != frameno:
            name = f"fp of frame {reg.frame}"
        case Kind.MEM if reg.flags & Flag.RINGBUF:
            name = "ring record"
        case kind:
            name = _NAMES.get(kind, reg.type_text)
            if kind in PACKET_KINDS and not reg.value.is_const:
                name += " + x"
    low, high = _offsets(reg)
    if low == high:
        where = f"{low:+d}"
    elif (high - low) > MASK64 // 2:
        where = "+ any number"
    else:
        where = f"{_signed(low)} to {_signed(high)}"
    return f"{name} {where}{' or null' if reg.maybe_null else ''}"


def _signed(number: int) -> str:
    return ("+" if number >= 0 else "-") + _short(abs(number))


def _note(program: Program, reg: Register) -> str:
    match reg.kind:
        case Kind.SCALAR if reg.value.is_const:
            return f"{reg.value.value:#x}" if not 0 <= reg.value.value < 10 else ""
        case Kind.PACKET | Kind.PACKET_META:
            return _proved(reg)
        case Kind.PACKET_END:
            return "only for comparing"
        case Kind.MAP_VALUE:
            return (
                "not checked for null yet"
                if reg.maybe_null
                else f"{program.maps[reg.map].value_size:,} bytes"
            )
        case Kind.MEM:
            return "not checked for null yet" if reg.maybe_null else f"{reg.size:,} bytes"
        case Kind.STACK if reg.off == 0 and reg.value.is_const and not reg.value.value:
            return "top of the stack"
        case _:
            return "not checked for null yet" if reg.maybe_null else ""


def _proved(reg: Register) -> str:
    if reg.range < 0:
        return "at or past the end"
    many = "no byte" if not reg.range else "1 byte" if reg.range == 1 else f"{reg.range:,} bytes"
    if reg.value.is_const:
        return f"{many} proved"
    return f"x is {_number(reg.value)}; {many} proved from x on"


def _size(program: Program, reg: Register) -> int | None:
    match reg.kind:
        case Kind.PACKET | Kind.PACKET_META:
            return max(reg.range, 0)
        case Kind.MAP_VALUE:
            return program.maps[reg.map].value_size
        case Kind.MAP_KEY:
            return program.maps[reg.map].key_size
        case Kind.MEM:
            return reg.size
        case _:
            return None
