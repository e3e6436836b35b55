"""Everything a step may change, and the fixed surroundings it is changed in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from vm.change import Change, Ended, FrameEntered
from vm.helpers.api import Helper, PacketAccess
from vm.helpers.event import Event
from vm.isa import MAX_FRAMES, REGISTERS, STACK_SIZE
from vm.maps.base import BpfMap
from vm.memory.memory import Memory
from vm.memory.region import Region, RegionKind
from vm.program import Program

STACK_FILL = 0xAA
"""What stack bytes hold that nobody wrote. On a real machine that is anything; here it is always the same,
and not 0, so that a program that reads it does not seem to work."""
UNWRITTEN_STACK = bytes([STACK_FILL]) * STACK_SIZE
SLOT_BITS = 20
"""Bits that hold any slot of a program (MAX_INSNS is below 1 << 20)."""

Executor = Callable[[], tuple[Change, ...]]
"""One instruction bound to its slot and its state: carries it out and tells what changed."""


@dataclass(frozen=True, slots=True)
class World:
    """What a run is a pure function of: programs, maps, context, event, and the memory they lie in.

    ``maps`` are all maps of the run; ``map_indices`` gives, per program, the place there of each of the
    program's own maps. The run starts in program 0 with ``r1`` and ``r2``. ``fields`` and the journal of
    ``memory`` are shared with the context. ``helpers`` maps a helper's number to its row.
    """

    programs: tuple[Program, ...]
    memory: Memory
    maps: tuple[BpfMap, ...] = ()
    map_indices: tuple[tuple[int, ...], ...] = ()
    event: Event = field(default_factory=Event)
    ctx: PacketAccess | None = None
    r1: int = 0
    r2: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    helpers: Mapping[int, Helper] = field(default_factory=dict)
    map_at: Mapping[int, BpfMap] = field(default_factory=dict)


class State:
    """Registers, program counter, frames, and the numbers the kernel keeps; memory and maps hold the rest.

    ``registers`` is one list for the whole run, so that bound instructions may hold on to it. ``code`` is the
    executors of the running program. ``frames`` are the calls under way, innermost last. ``stacks`` holds the
    stack region of each depth; only those up to the running depth are alive. ``keys`` has room for a key per
    depth, which callbacks get pointers to. ``bank`` is the running program's number where a point (see
    ``vm.machine.point``) has it: above the bits of a slot.
    """

    __slots__ = (
        "bank",
        "code",
        "codes",
        "ended",
        "fields",
        "frames",
        "keys",
        "pc",
        "program",
        "registers",
        "stacks",
        "world",
    )

    def __init__(self, world: World) -> None:
        self.world = world
        self.stacks = tuple(_stack(world.memory, depth) for depth in range(MAX_FRAMES))
        self.keys = _keys(world)
        self.registers = [0] * REGISTERS
        self.registers[1], self.registers[2] = world.r1, world.r2
        self.registers[10] = self.frame_pointer(0)
        self.pc = 0
        self.program = 0
        self.bank = 0
        self.frames: list[FrameEntered] = []
        self.fields = world.fields
        self.ended: Ended | None = None
        self.codes: Sequence[Sequence[Executor]] = ()
        self.code: Sequence[Executor] = ()

    def restart(self, world: World) -> None:
        """Goes back to the start of program 0, in the surroundings given, with a stack nobody wrote to."""
        self.world = world
        self.registers[:] = (0, world.r1, world.r2, 0, 0, 0, 0, 0, 0, 0, self.frame_pointer(0))
        self.stacks[0].data[:] = UNWRITTEN_STACK
        self.stacks[0].dirty.add(0)
        self.pc = 0
        self.ended = None
        if self.frames:
            self.frames.clear()
            self.keys.data[:] = bytes(len(self.keys.data))
            for stack in self.stacks[1:]:
                stack.alive = False
        self.enter_program(0)

    @property
    def depth(self) -> int:
        """How many calls are under way: 0 in the main program."""
        return len(self.frames)

    def frame_pointer(self, depth: int) -> int:
        """What r10 holds at that depth: the end of the frame's stack."""
        return self.stacks[depth].base + STACK_SIZE

    def enter_program(self, index: int) -> None:
        """Makes program ``index`` the running one."""
        self.program = index
        self.bank = index << SLOT_BITS
        self.code = self.codes[index]


@dataclass(frozen=True, slots=True)
class Site:
    """Where an instruction stands, for binding it: a slot of a program of a run."""

    state: State
    program: int
    pc: int

    @property
    def slots(self) -> int:
        """How many slots the program has."""
        return len(self.state.world.programs[self.program].insns)


def _keys(world: World) -> Region:
    size = max((made.spec.key_size for made in world.maps), default=0)
    stride = (size + 7) & ~7
    return world.memory.add(
        RegionKind.MEM, "key", bytearray(stride * MAX_FRAMES), stride=stride, value_size=size
    )


def _stack(memory: Memory, depth: int) -> Region:
    name = f"fp{depth}" if depth else "fp"
    region = memory.add(RegionKind.STACK, name, bytearray(UNWRITTEN_STACK), owner=depth)
    region.alive = depth == 0
    region.origin = STACK_SIZE
    return region
