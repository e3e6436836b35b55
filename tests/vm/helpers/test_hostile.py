"""No arguments whatever make a helper do anything but answer or fault: programs here may be unverified."""

import random

import pytest

from tests.vm.helpers.build import ipv4_packet
from vm.helpers.api import CallBack, Helper, HelperCall, TailCall
from vm.helpers.event import Event
from vm.helpers.table import HELPERS
from vm.kernel import context
from vm.maps import BpfMap, create_all
from vm.memory.fault import Fault, MachineFault
from vm.memory.memory import Memory
from vm.memory.region import RegionKind
from vm.program import MapSpec
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

_CALLS = 400
_MAPS = (
    MapSpec("array", MapType.ARRAY, 4, 64, 4),
    MapSpec("hash", MapType.HASH, 4, 8, 4),
    MapSpec("own", MapType.PERCPU_ARRAY, 4, 8, 2),
    MapSpec("queue", MapType.QUEUE, 0, 8, 4),
    MapSpec("bloom", MapType.BLOOM_FILTER, 0, 8, 4),
    MapSpec("ring", MapType.RINGBUF, 0, 0, 4096),
    MapSpec("events", MapType.PERF_EVENT_ARRAY, 4, 4, 2),
    MapSpec("programs", MapType.PROG_ARRAY, 4, 4, 2),
    MapSpec("devices", MapType.DEVMAP, 4, 4, 2),
    MapSpec("trie", MapType.LPM_TRIE, 8, 4, 4, flags=1),
)
_NUMBERS = (
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    14,
    16,
    20,
    64,
    512,
    4096,
    0xFFFF,
    0x7FFFFFFF,
    0xFFFFFFFF,
    1 << 32,
    (1 << 64) - 1,
)


class Surroundings:
    """A run's surroundings without a machine, and words a hostile program might hold."""

    def __init__(self, kind: ProgType | None, seed: int) -> None:
        self.chosen = random.Random(seed)
        self.memory = Memory([])
        self.fields: dict[str, int] = {}
        self.event = Event()
        self.maps: tuple[BpfMap, ...] = create_all(_MAPS, self.memory, 2)
        stack = self.memory.add(RegionKind.STACK, "fp", bytearray(self.chosen.randbytes(512)))
        self.ctx = None
        places = [stack.base, stack.base + 200, stack.base + 508, *(found.address for found in self.maps)]
        places.append(self.maps[0].lookup(bytes(4), 0))
        if kind is not None:
            packet = ipv4_packet()
            self.ctx = context.create(kind, packet, self.memory, self.event, fields=self.fields)
            places += [
                self.ctx.address,
                self.ctx.buffer.region.base + self.ctx.bounds()[1],
                self.ctx.socket_address,
            ]
        self.places = places

    def word(self) -> int:
        """Some argument."""
        match self.chosen.randrange(4):
            case 0:
                return self.chosen.choice(_NUMBERS)
            case 1:
                return self.chosen.getrandbits(64)
            case _:
                return self.chosen.choice(self.places)

    def call(self, row: Helper) -> None:
        """Calls the helper once with arguments that make little sense, r1 often being right."""
        r = [self.word() for _ in range(5)]
        if self.ctx is not None and self.chosen.randrange(2):
            r[0] = self.ctx.address
        found = {made.address: made for made in self.maps}
        given = HelperCall(
            (r[0], r[1], r[2], r[3], r[4]),
            self.memory,
            self.maps,
            found,
            self.event,
            self.ctx,
            self.fields,
            self.memory.journal,
        )
        answer = self.answer(row, given)
        assert isinstance(answer, int | TailCall | CallBack | Fault)
        self.memory.journal.clear()

    @staticmethod
    def answer(row: Helper, given: HelperCall) -> object:
        """What the helper answers, or its fault."""
        try:
            return row.run(given)
        except MachineFault as caught:
            return caught.fault


@pytest.mark.parametrize("row", HELPERS.values(), ids=lambda row: row.id.name)
def test_any_arguments_are_answered_or_fault(row: Helper) -> None:
    for kind in (ProgType.XDP, ProgType.SCHED_CLS, ProgType.SOCKET_FILTER, None):
        surroundings = Surroundings(kind, seed=11)
        for _ in range(_CALLS // 4):
            surroundings.call(row)
