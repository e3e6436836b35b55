"""Records what an access to a context field becomes in the kernel (vm/jit/rewrite/conversions.json).

One program is loaded for each type, field, width and direction, and the instructions read back. Registers
are written V (loaded or stored) and C (the context's), so that any may be put in.
"""

import json
import platform
from collections.abc import Iterable, Iterator
from typing import Final

from app.linux.bpf import load
from app.linux.image import image_of
from tests.shared_data import CHECKOUT
from vm.encoding import pack, unpack
from vm.instruction import Slot
from vm.uapi.context_places import places_of
from vm.uapi.prog_types import ProgType

GOLDEN: Final = CHECKOUT / "vm/jit/rewrite/conversions.json"
_TYPES: Final = (
    (ProgType.SOCKET_FILTER, 0), (ProgType.SCHED_CLS, 0), (ProgType.SCHED_ACT, 0), (ProgType.XDP, 0),
    (ProgType.CGROUP_SKB, 0), (ProgType.CGROUP_SKB, 1), (ProgType.LWT_IN, 0), (ProgType.LWT_XMIT, 0),
    (ProgType.PERF_EVENT, 0), (ProgType.SK_LOOKUP, 36), (ProgType.FLOW_DISSECTOR, 0), (ProgType.SK_SKB, 0),
    (ProgType.CGROUP_SOCK, 2), (ProgType.CGROUP_SOCK_ADDR, 10), (ProgType.CGROUP_SOCK_ADDR, 11),
    (ProgType.SOCK_OPS, 3), (ProgType.SK_MSG, 7), (ProgType.SK_REUSEPORT, 39),
)  # fmt: skip
_WIDTHS: Final = {1: 0x10, 2: 0x08, 4: 0x00, 8: 0x18}
_CONTEXT, _VALUE = 6, 7
_LDX, _ST, _STX = 0x61, 0x62, 0x63
_CONSTANT: Final = 1
_START: Final = Slot(0xBF, _CONTEXT, 1)
_END: Final = (Slot(0xB7, 0, 0, 0, 1), Slot(0x95))


def main() -> None:
    """Asks for every field and writes the answers."""
    found = {f"{kind.label}/{attach}": dict(_type(kind, attach)) for kind, attach in _TYPES}
    body = ",\n".join(
        f"{json.dumps(name)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in rows.items())
        + "\n}" for name, rows in found.items()
    )  # fmt: skip
    GOLDEN.write_text(f'{{"kernel": "{platform.release()}",\n{body}\n}}\n')


def _prologue(kind: ProgType, attach: int) -> Iterator[tuple[str, str]]:
    """What a program that writes to the packet begins with."""
    data, end = (76, 80)
    writes = (
        _START, Slot(_LDX, 2, _CONTEXT, data), Slot(_LDX, 3, _CONTEXT, end), Slot(0xBF, 4, 2),
        Slot(0x07, 4, 0, 0, 1), Slot(0x2D, 4, 3, 1), Slot(0x72, 2, 0, 0, 1), *_END,
    )  # fmt: skip
    slots = _translated(writes, kind, attach)
    if not slots:
        return
    start = max(n for n, slot in enumerate(slots) if slot == _START)
    if start:
        yield "prologue", "; ".join(_spelled(_anonymous(slot)).replace("C", "6") for slot in slots[:start])


def _translated(slots: Iterable[Slot], kind: ProgType, attach: int) -> tuple[Slot, ...]:
    """What the kernel makes of the program; nothing where it refuses it."""
    loaded = load(pack(slots), kind, expected_attach_type=attach, log_level=0)
    if loaded.error:
        return ()
    try:
        return unpack(image_of(loaded.fd).translated)
    finally:
        loaded.close()


def _anonymous(slot: Slot) -> Slot:
    """A call's distance to the kernel's function changes with every kernel."""
    return Slot(slot.opcode) if slot.opcode == 0x85 else slot


def _type(kind: ProgType, attach: int) -> Iterator[tuple[str, str]]:
    places = places_of(kind, attach)
    if places is None:
        return
    if (76, 4) in places.reads:
        yield from _prologue(kind, attach)
    for off, width in sorted(places.reads):
        yield from _asked(kind, attach, "r", Slot(_LDX | _WIDTHS[width], _VALUE, _CONTEXT, off), width)
    for off, width in sorted(places.writes):
        yield from _asked(kind, attach, "w", Slot(_STX | _WIDTHS[width], _CONTEXT, _VALUE, off), width)
        constant = Slot(_ST | _WIDTHS[width], _CONTEXT, 0, off, _CONSTANT)
        yield from _asked(kind, attach, "k", constant, width)


def _asked(kind: ProgType, attach: int, way: str, access: Slot, width: int) -> Iterator[tuple[str, str]]:
    before = (_START, Slot(0xB7, _VALUE, 0, 0, _CONSTANT))
    slots = _translated((*before, access, *_END), kind, attach)
    if not slots:
        return
    start = slots.index(before[-1]) + 1
    yield f"{way}{access.off}:{width}", "; ".join(map(_spelled, slots[start:-2]))


def _spelled(slot: Slot) -> str:
    """opcode dst src off imm, registers by what they stand for."""
    names = {_CONTEXT: "C", _VALUE: "V"}
    dst, src = (names.get(reg, str(reg)) for reg in (slot.dst, slot.src))
    return f"{slot.opcode:02x} {dst} {src} {slot.off} {slot.imm}"
