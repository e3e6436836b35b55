"""`python -m tests.verifier.proved [COUNT]`: accepted programs run on random packets stay in what was proved.

For each recorded program Linux accepts: the states of our walk at every instruction, with pruning only where
an earlier state holds everything the later one does; then random packets through the machine. At every step
some state of that place must hold all live registers, and nothing may fault.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING
from unittest.mock import patch

from tests.verifier.recorded import read
from vm.helpers.api import PacketAccess
from vm.kernel.context import PacketContext
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.machine.trace import Budget
from vm.memory.region import RegionKind
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, equal, pruning, verify
from vm.verifier.liveness import Analysis
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.rejection import Rejected
from vm.verifier.scalar import has
from vm.verifier.state import State
from vm.word import MASK64, signed

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

PACKETS = 3
"""Packets each program is given, one after the other on the same maps."""
LIMIT = 20_000
"""Programs that take longer to walk, without much pruning, are passed over."""
STEPS = 3_000
"""Steps of a run that are looked at."""

Seen = tuple[Register, ...]


@dataclass(slots=True)
class Walked:
    """An observer: the registers of the running frame at every slot and depth."""

    states: dict[tuple[int, int], dict[Seen, None]] = field(default_factory=dict)

    def insn(self, _index: int, pc: int, _previous: int, state: State) -> None:
        key = (pc, len(state.frames))
        self.states.setdefault(key, {})[tuple(state.frame.regs)] = None

    def fork(self, _index: int, _pc: int, _other: int, _state: State) -> None: ...
    def resume(self, _index: int, _pc: int, _previous: int, _state: State) -> None: ...
    def pruned(self, _index: int, _pc: int, _by: int) -> None: ...
    def exited(self, _index: int, _pc: int) -> None: ...
    def barred(self, _index: int, _pc: int) -> None: ...
    def rejected(self, _index: int, _pc: int, _rejected: Rejected) -> None: ...


@contextmanager
def _whole_pruning() -> Iterator[None]:
    """A path ends only where all its registers lie in the earlier state, precise or not."""

    def states_equal(walk: "Walk", old: State, new: State, level: object) -> bool:
        del level
        return equal.states_equal(walk, old, new, equal.Level.RANGE_WITHIN)

    with patch.object(pruning, "states_equal", states_equal):
        yield


def walked(program: Program) -> Walked | None:
    """What the verifier knows everywhere; None for a program it cannot walk within LIMIT."""
    seen = Walked()
    with _whole_pruning():
        report = verify(program, Options(limit=LIMIT), observer=seen)
    return seen if report.accepted else None


def packet(rng: Random) -> bytes:
    """An Ethernet frame, of a known protocol more often than not."""
    body = bytearray(rng.randbytes(rng.choice((14, 34, 42, 54, 60, 64, 74, 98, 128, 200, 400))))
    if rng.random() < 0.8:
        body[12:14] = rng.choice((b"\x08\x00", b"\x08\x00", b"\x86\xdd", b"\x81\x00", b"\x08\x06"))
    if rng.random() < 0.8 and len(body) >= 34:
        body[14] = rng.choice((0x45, 0x45, 0x46, 0x4F))
        body[23] = rng.choice((6, 6, 17, 17, 1, 47))
    if rng.random() < 0.5:
        at = rng.randrange(len(body))
        body[at:] = bytes([rng.choice((0, 1, 255))]) * (len(body) - at)
    return bytes(body)


def violations(program: Program, seed: int) -> list[str]:
    """What a few random packets show that was not proved, in words."""
    seen = walked(program)
    if seen is None:
        return []
    rng = Random(seed)
    packets = tuple(packet(rng) for _ in range(PACKETS))
    scenario = Scenario(Setup((program,), program.prog_type, packets, budget=Budget(steps=STEPS)))
    live = Analysis(program, _starts(program)).live
    found: list[str] = []
    for index in range(PACKETS):
        try:
            machine = Machine(scenario.world(index), STEPS)
        except HookscopeError:
            continue  # Linux, too, refuses to run such a packet
        found += [f"packet {index}: {each}" for each in _run(machine, seen, live)]
    return found


def _starts(program: Program) -> tuple[int, ...]:
    from vm.cfg.structure.early import find_functions

    return tuple(find_functions(program).starts)


def _run(machine: Machine, seen: Walked, live: Sequence[int]) -> Iterator[str]:
    place = Concrete(machine)
    while machine.ended is None:
        state = machine.state
        if state.program == 0:
            states = seen.states.get((state.pc, state.depth + 1), {})
            if not any(place.holds(regs, live[state.pc]) for regs in states):
                yield place.complaint(states, live[state.pc])
                return
        machine.advance()
    if machine.fault is not None:
        yield f"fault at {machine.state.pc}: {machine.fault}"


@dataclass(slots=True)
class Concrete:
    """A machine's registers held against the verifier's."""

    machine: Machine

    def holds(self, regs: Seen, live: int) -> bool:
        words = self.machine.state.registers
        return all(self.has(regs[n], words[n]) for n in range(11) if live >> n & 1)

    def has(self, reg: Register, word: int) -> bool:
        """Whether the register may hold that word."""
        if reg.kind is Kind.SCALAR:
            return has(reg.value, word)
        if reg.flags & Flag.MAYBE_NULL and word == 0:
            return True
        match reg.kind:
            case Kind.NOT_INIT:
                return True  # whoever reads it is refused
            case Kind.STACK:
                base = self.machine.state.frame_pointer(reg.frame)
            case Kind.PACKET | Kind.PACKET_META | Kind.PACKET_END:
                return self._has_packet(reg, word)
            case Kind.MAP_VALUE:
                return self._has_value(reg, word)
            case Kind.CTX:
                base = self.machine.world.r1
            case _:
                return True
        return has(reg.value, (word - base - reg.off) & MASK64)

    def _has_packet(self, reg: Register, word: int) -> bool:
        ctx: PacketAccess | None = self.machine.world.ctx
        assert isinstance(ctx, PacketContext)
        meta, data, end = (ctx.buffer.region.base + bound for bound in ctx.buffer.bounds)
        if reg.kind is Kind.PACKET_END:
            return word == end
        start = meta if reg.kind is Kind.PACKET_META else data
        before = data if reg.kind is Kind.PACKET_META else end
        inside = reg.range <= 0 or signed((word - reg.off) & MASK64) + reg.range <= before
        return inside and has(reg.value, (word - start - reg.off) & MASK64)

    def _has_value(self, reg: Register, word: int) -> bool:
        least = signed(reg.value.smin) + reg.off
        at = self.machine.world.memory.locate((word - least) & MASK64)
        if at is None or at.region.kind not in (RegionKind.MAP_VALUE, RegionKind.RODATA):
            return False
        start = at.region.part(at.off).lo + at.region.base
        return has(reg.value, (word - start - reg.off) & MASK64)

    def complaint(self, states: dict[Seen, None], live: int) -> str:
        state = self.machine.state
        words = state.registers
        shown = [
            f"r{n}={words[n]:#x}"
            for n in range(11)
            if live >> n & 1 and not any(self.has(regs[n], words[n]) for regs in states)
        ]
        where = f"slot {state.pc}, depth {state.depth}"
        return f"{where}: outside of all {len(states)} states: {shown or 'together'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("count", nargs="?", type=int, default=500, help="accepted programs to run")
    parser.add_argument("--skip", type=int, default=0, help="accepted programs to pass over first")
    given = parser.parse_args()
    done = bad = passed = 0
    for one in read():
        if not one.root.accepted:
            continue
        passed += 1
        if passed <= given.skip:
            continue
        if done == given.count:
            break
        done += 1
        found = violations(one.program, one.seed)
        bad += bool(found)
        if done % 500 == 0:
            print(f"{done:,} programs run, {bad} bad", flush=True)
        for each in found[:1]:
            print(f"seed {one.seed}: {each}", flush=True)
    print(f"{done:,} accepted programs, {PACKETS} packets each: {bad} left what was proved, or faulted")


if __name__ == "__main__":
    main()
