"""Watchpoints: what to watch, as text and as value, and whether a step changed it.

``r1``, ``fp-4:4`` (``fp1-4:4`` one call deep), ``pkt+26:4``, ``syn_count[203.0.113.7]``.
"""

import re
from dataclasses import dataclass
from typing import assert_never

from vm.change import Change, EntryChanged, MemoryChanged, RegisterChanged
from vm.isa import MAX_FRAMES, REGISTERS, STACK_SIZE
from vm.machine.state import State, World
from vm.maps.base import BpfMap
from vm.maps.display import key_type
from vm.source import HookscopeError, did_you_mean

MAX_LENGTH = 200


@dataclass(frozen=True, slots=True)
class WatchRegister:
    """Register ``n``, whichever frame runs."""

    n: int


@dataclass(frozen=True, slots=True)
class WatchStack:
    """``size`` bytes at ``off`` (negative) from r10 of the frame ``depth`` calls deep."""

    depth: int
    off: int
    size: int


@dataclass(frozen=True, slots=True)
class WatchPacket:
    """``size`` bytes at ``off`` from the start of the packet, wherever that is at the time."""

    off: int
    size: int


@dataclass(frozen=True, slots=True)
class WatchEntry:
    """The entry of map ``map`` (place in the run's maps) for ``key``: its coming, its value, its going."""

    map: int
    key: bytes


Watch = WatchRegister | WatchStack | WatchPacket | WatchEntry

_REGISTER = re.compile(r"[rw](\d{1,2})")
_RANGE = re.compile(r"(fp|pkt)(\d?)\s*([+-]\s*\d+)?\s*(?::\s*(\d+))?")
_ENTRY = re.compile(r"(\w+)\s*\[(.*)\]", re.DOTALL)


def parse_watch(text: str, world: World) -> Watch:
    """The watch a text means; raises HookscopeError where it means none."""
    text = text.strip()[:MAX_LENGTH]
    if (found := _REGISTER.fullmatch(text)) and int(found[1]) < REGISTERS:
        return WatchRegister(int(found[1]))
    if found := _RANGE.fullmatch(text):
        return _range(found)
    if found := _ENTRY.fullmatch(text):
        return _entry(found[1], found[2], world)
    raise HookscopeError.of(
        "watch", f"`{text}` cannot be watched", "write `r1`, `fp-4:4`, `pkt+26:4` or `my_map[key]`"
    )


def _range(found: re.Match[str]) -> Watch:
    kind, depth = found[1], int(found[2] or 0)
    off, size = int((found[3] or "0").replace(" ", "")), int(found[4] or 1)
    if kind == "pkt" and not found[2] and off >= 0 and 0 < size <= 65_536:
        return WatchPacket(off, size)
    if kind == "fp" and depth < MAX_FRAMES and off >= -STACK_SIZE and off + size <= 0 < size:
        return WatchStack(depth, off, size)
    raise HookscopeError.of(
        "watch-range",
        f"`{found[0]}` lies outside",
        "a frame reaches from fp-512 to fp (`fp1`: the frame one call deep); `pkt+0` is the first byte",
    )


def _entry(name: str, key: str, world: World) -> WatchEntry:
    bpf_map = next((found for found in world.maps if found.spec.name == name), None)
    if bpf_map is None:
        names = [found.spec.name for found in world.maps]
        raise HookscopeError.of("watch-map", f"there is no map `{name}`", did_you_mean(name, names))
    return WatchEntry(bpf_map.index, _key(bpf_map, key))


def _key(bpf_map: BpfMap, text: str) -> bytes:
    key = key_type(bpf_map.spec).parse(text)
    if len(key) != bpf_map.spec.key_size:
        size = bpf_map.spec.key_size
        raise HookscopeError.of("watch-key", f"a key of `{bpf_map.spec.name}` has {size} bytes")
    return key


def changed(watch: Watch, changes: tuple[Change, ...], state: State) -> bool:
    """Whether a step's ``changes``, which led to ``state``, changed what is watched."""
    match watch:
        case WatchRegister(n):
            return any(isinstance(c, RegisterChanged) and c.n == n and c.before != c.after for c in changes)
        case WatchStack(depth, off, size):
            return _wrote(changes, state.frame_pointer(depth) + off, size)
        case WatchPacket(off, size):
            ctx = state.world.ctx
            if ctx is None or ctx.buffer is None:
                return False
            return _wrote(changes, ctx.buffer.region.base + ctx.buffer.bounds[1] + off, size)
        case WatchEntry(index, key):
            return any(_is_entry(change, state, index, key) for change in changes)
        case _ as unhandled:
            assert_never(unhandled)


def _wrote(changes: tuple[Change, ...], address: int, size: int) -> bool:
    for change in changes:
        if isinstance(change, MemoryChanged):
            start, stop = (
                max(address, change.address),
                min(address + size, change.address + len(change.after)),
            )
            lo, hi = start - change.address, stop - change.address
            if start < stop and change.before[lo:hi] != change.after[lo:hi]:
                return True
    return False


def _is_entry(change: Change, state: State, index: int, key: bytes) -> bool:
    if isinstance(change, EntryChanged):
        return change.map == index and change.key == key
    if not isinstance(change, MemoryChanged) or change.before == change.after:
        return False
    place = state.world.memory.locate(change.address)
    bpf_map = state.world.maps[index]
    if place is None or place.region.owner != index:
        return False
    found = bpf_map.key_at(place.region, place.off)
    return found is not None and found[0] == key
