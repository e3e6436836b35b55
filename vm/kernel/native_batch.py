"""Packets of a scenario given to native code all at once, where nobody watches a step.

The runner takes them one after the other. A packet that native code cannot finish is finished by the machine
and the batch goes on behind it, so each comes to what it would come to alone.
"""

from array import array
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Final

from vm.change import Ended
from vm.jit.guarded.arena import CLOCK, RANDOM, WINDOW_BASE
from vm.jit.guarded.batch import Word
from vm.jit.runner.runner import Runner
from vm.kernel.context.frame import Frame
from vm.kernel.context.xdp import HEADROOM, LINEAR_MAX, MIN_PACKET, XdpContext
from vm.kernel.native_portions import START, Places, clocks, portions_of, take_packets
from vm.kernel.native_run import NativeRun
from vm.kernel.scenario import Scenario, Setup
from vm.machine.machine import Machine
from vm.maps import BpfMap
from vm.memory.fault import Fault
from vm.memory.region import WINDOW_BITS
from vm.uapi.prog_types import ProgType
from vm.word import MASK64

KEPT: Final = 16 << 20
"""Bytes of the header that are not given back after a batch: pages that are there need not be made again."""
_NO_LENGTH: Final = MASK64


@dataclass(frozen=True, slots=True)
class Finished:
    """How the machine ended a packet's run that native code could not finish."""

    ended: Ended
    fault: Fault | None
    data_out: bytes
    steps: int


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of the packets: r0, steps and whether native code wrote to it of each, and the bytes of
    all as they are afterwards; ``finished`` are those that the machine had to finish."""

    values: "array[int]"
    steps: "array[int]"
    changed: bytes
    packets: tuple[bytes, ...]
    finished: dict[int, Finished]
    maps: tuple[BpfMap, ...]


def can_batch(setup: Setup) -> bool:
    """Whether the packets can be given to native code all at once: whole frames through XDP."""
    sizes = {len(packet) for packet in setup.packets}
    fits = bool(sizes) and min(sizes) >= MIN_PACKET and max(sizes) <= LINEAR_MAX
    return setup.prog_type is ProgType.XDP and not setup.happenings and fits and setup.budget.steps < 1 << 31


def run_batch(setup: Setup, runner: Runner, proved: frozenset[int] = frozenset()) -> BatchResult:
    """Runs all packets in order; HookscopeError for maps that cannot be made, RunnerDiedError."""
    return NativeBatch(setup, runner, proved).run()


class NativeBatch:
    """One machine, begun anew for each packet that needs it, and the native code of its first program."""

    def __init__(self, setup: Setup, runner: Runner, proved: frozenset[int] = frozenset()) -> None:
        self._setup = setup
        self._runner = runner
        self._machine = Machine(Scenario(setup).world(0), setup.budget.steps)
        ctx = self._machine.world.ctx
        if not isinstance(ctx, XdpContext):
            raise TypeError("only frames through XDP come in batches")
        self._ctx: XdpContext = ctx
        self._native = NativeRun(self._machine, runner, proved=proved)
        self._code, self._place = self._native.codes.of(0, batch=True)
        self._finished: dict[int, Finished] = {}

    def run(self) -> BatchResult:
        """Runs all packets."""
        values, steps, packets = array("Q"), array("I"), list(self._setup.packets)
        lengths, changed, first = array("I", map(len, self._setup.packets)), bytearray(), 0
        for count in portions_of(lengths, self._setup.budget.steps):
            at = self._portion(first, count, lengths)
            get = self._runner.get
            values.frombytes(get(at.values, 8 * count))
            steps.frombytes(get(at.steps, 4 * count))
            changed += get(at.changed, count)
            if any(changed[first:]):
                take_packets(packets, first, changed[first:], get(at.output, at.size))
            first += count
            self._runner.give_back(START + KEPT, at.output + at.size - START - KEPT)
        self._native.memory.take(())
        self._native.maps.take()
        maps = self._machine.world.maps
        return BatchResult(values, steps, bytes(changed), tuple(packets), self._finished, maps)

    def _portion(self, first: int, count: int, lengths: "array[int]") -> "Places":
        """Runs some packets that the header has room for, and tells where what became of them is."""
        setup, runner = self._setup, self._runner
        some = lengths[first : first + count]
        starts = [0, *accumulate(some)]
        packets = setup.packets[first : first + count]
        same = all(packet is packets[0] for packet in packets)
        at = Places(count, starts[-1], same)
        runner.put(at.packets, packets[0] if same else b"".join(packets))
        runner.put(at.lengths, some.tobytes())
        runner.put(at.changed, bytes(count))
        runner.put(at.times, clocks(setup, first, count).tobytes())
        next_one = 0
        while next_one < count:
            self._begin(first, first + next_one)
            for word, value in self._words(at, first, next_one, starts[next_one]):
                runner.set_word(word.off, value)
            registers, left, pc = runner.run(self._place, self._code.batch or 0, [0] * 11, 0)
            next_one = runner.word(Word.INDEX.off)
            runner.unsure([self._window])
            if next_one < count:
                self._finish(first + next_one, registers, left, pc)
                next_one += 1
        return at

    @property
    def _window(self) -> int:
        return (self._ctx.buffer.region.base >> WINDOW_BITS) - WINDOW_BASE

    def _begin(self, first: int, index: int) -> None:
        """Lets the machine stand before packet ``index``."""
        self._at(index)
        self._native.show(self._code, everything=True)

    def _at(self, index: int) -> None:
        event = self._setup.at(index)
        self._machine.state.fields.clear()
        self._ctx.again(Frame(self._setup.packets[index]), event)
        self._machine.restart(replace(self._machine.world, event=event))

    def _words(self, at: "Places", first: int, index: int, start: int) -> list[tuple[Word, int]]:
        base = self._ctx.buffer.region.base
        return [
            (Word.COUNT, at.count),
            (Word.INDEX, index),
            (Word.INPUT, at.packets + (0 if at.same else start)),
            (Word.OUTPUT, at.output + start),
            (Word.ADVANCE, 0 if at.same else MASK64),
            (Word.LENGTHS, at.lengths),
            (Word.VALUES, at.values),
            (Word.CHANGED, at.changed),
            (Word.STEPS, at.steps),
            (Word.BUDGET, self._setup.budget.steps),
            (Word.DATA, base + HEADROOM),
            (Word.WINDOW, self._window),
            (Word.FRAME, self._machine.state.frame_pointer(0)),
            (Word.LENGTH, _NO_LENGTH),
            (Word.TIMES, at.times),
            (Word.SEED, self._setup.at(first).seed),
        ]

    def _finish(self, index: int, registers: list[int], left: int, pc: int) -> None:
        """Lets the machine end a packet's run from where native code stopped in it."""
        machine, native, runner = self._machine, self._native, self._runner
        runner.set_word(Word.COUNT.off, 0)
        self._at(index)
        event, region = machine.world.event, self._ctx.buffer.region
        if not self._code.reads_event:
            runner.set_word(CLOCK, event.time_ns)
            runner.set_word(RANDOM, event.seed)
        native.take(registers, pc)
        _, data, end = self._ctx.bounds()
        region.data[:data], region.data[end:] = bytes(data), bytes(len(region.data) - end)
        native.memory.hand_over(region)
        machine.number = machine.limit - left
        native.moved()
        native.run(machine.limit + 1)
        ended = machine.outcome()
        self._finished[index] = Finished(ended, machine.fault, self._ctx.data_out(), machine.number)
