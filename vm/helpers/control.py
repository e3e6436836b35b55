"""Helpers that hand control on: to another program, or to a callback again and again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import overload

from vm.helpers.api import Arg, CallBack, Helper, HelperCall, Ret, TailCall, function_slot
from vm.helpers.arguments import EINVAL, u32
from vm.isa import MAX_TAIL_CALLS
from vm.maps.base import BpfMap
from vm.maps.references import ReferenceArray
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType
from vm.word import MASK32

MAX_LOOPS = 1 << 23
"""Iterations bpf_loop may be asked for (BPF_MAX_LOOPS)."""
TAIL_CALLS = "tail_calls"
"""The number of tail calls the run has made, among its fields."""
_PER_CPU = frozenset({MapType.PERCPU_ARRAY, MapType.PERCPU_HASH, MapType.LRU_PERCPU_HASH})
_ITERABLE = _PER_CPU | {MapType.ARRAY, MapType.HASH, MapType.LRU_HASH}

Registers = tuple[int, int, int, int, int]


def tail_call(call: HelperCall) -> int | TailCall:
    """Goes on in the program at an index of a program array; comes back only where that cannot be."""
    programs, index = call.map(2), u32(call, 3)
    if not isinstance(programs, ReferenceArray) or programs.spec.type is not MapType.PROG_ARRAY:
        message = f"r2 should hold a program array, but {programs.spec.name} is a {programs.spec.type.label}"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[1]))
    if index >= programs.spec.max_entries:
        return -Errno.E2BIG
    if call.get(TAIL_CALLS) >= MAX_TAIL_CALLS:
        return -Errno.ELOOP
    target = programs.referred(index.to_bytes(4, "little"))
    if target is None or target >= call.programs:
        return -Errno.ENOENT
    call.set(TAIL_CALLS, call.get(TAIL_CALLS) + 1)
    return TailCall(target)


@dataclass(frozen=True, slots=True)
class Iterations(Sequence[Registers]):
    """The calls of bpf_loop: r1 counts from 0, r2 is what the program gave along."""

    total: int
    context: int

    def __len__(self) -> int:
        return self.total

    @overload
    def __getitem__(self, at: int) -> Registers: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Registers]: ...
    def __getitem__(self, at: int | slice) -> Registers | Sequence[Registers]:
        if isinstance(at, slice):
            return [self[i] for i in range(self.total)[at]]
        return (range(self.total)[at], self.context, 0, 0, 0)


def loop(call: HelperCall) -> int | CallBack:
    """Calls a function with 0, 1, 2 … until it returns 1."""
    count = u32(call, 1)
    if call.r[3]:
        return EINVAL
    if count > MAX_LOOPS:
        return -Errno.E2BIG & MASK32  # Linux unrolls this helper into the program, with a 32-bit move
    return CallBack(_function(call, 2), Iterations(count, call.r[2]))


@dataclass(frozen=True, slots=True)
class Visits(Sequence[Registers]):
    """The calls of bpf_for_each_map_elem: the map, a key (lent by the machine), its value, the given context.

    ``shift`` leads from a value of CPU 0 to that of the running one.
    """

    map: int
    entries: Sequence[tuple[bytes, int]]
    context: int
    shift: int

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, at: int) -> Registers: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Registers]: ...
    def __getitem__(self, at: int | slice) -> Registers | Sequence[Registers]:
        if isinstance(at, slice):
            return [self[i] for i in range(len(self))[at]]
        return (self.map, 0, self.entries[at][1] + self.shift, self.context, 0)


@dataclass(frozen=True, slots=True)
class Keys(Sequence[bytes]):
    """The keys that go with ``Visits``."""

    entries: Sequence[tuple[bytes, int]]

    def __len__(self) -> int:
        return len(self.entries)

    @overload
    def __getitem__(self, at: int) -> bytes: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[bytes]: ...
    def __getitem__(self, at: int | slice) -> bytes | Sequence[bytes]:
        return [key for key, _ in self.entries[at]] if isinstance(at, slice) else self.entries[at][0]


def for_each_map_elem(call: HelperCall) -> int | CallBack:
    """Calls a function with every entry of a map until it returns 1."""
    visited = call.map(1)
    if call.r[3] or visited.spec.type not in _ITERABLE:
        return EINVAL
    entries = visited.entries()
    visits = Visits(visited.address, entries, call.r[2], _shift(call, visited, entries))
    return CallBack(_function(call, 2), visits, Keys(entries))


def _shift(call: HelperCall, visited: BpfMap, entries: Sequence[tuple[bytes, int]]) -> int:
    if visited.spec.type not in _PER_CPU or not call.event.cpu or not entries:
        return 0
    key, on_cpu_0 = entries[0]
    return visited.lookup(key, call.event.cpu) - on_cpu_0


def _function(call: HelperCall, n: int) -> int:
    """The slot of the function whose address register ``n`` holds; raises MachineFault."""
    found = function_slot(call.r[n - 1])
    if found is None:
        message = f"r{n} should hold a function, but {call.r[n - 1]:#x} is the address of none"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[n - 1]))
    return found[1]


ROWS = (
    Helper(
        HelperId.TAIL_CALL,
        "long bpf_tail_call(void *ctx, struct bpf_map *prog_array_map, u32 index)",
        (Arg.CTX, Arg.CONST_MAP_PTR, Arg.ANYTHING),
        Ret.VOID,
        tail_call,
        "Goes on in the program at an index of a program array, with the same context and a fresh stack; the "
        "caller is left for good. Where there is no program, or after 33 tail calls, it returns an error.",
    ),
    Helper(
        HelperId.FOR_EACH_MAP_ELEM,
        "long bpf_for_each_map_elem(struct bpf_map *map, void *callback_fn, void *callback_ctx, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.FUNC, Arg.STACK_OR_NULL, Arg.ANYTHING),
        Ret.INTEGER,
        for_each_map_elem,
        "Calls a function with (map, key, value, callback_ctx) for every entry of an array or hash until it "
        "returns 1. The answer is how many entries were visited.",
    ),
    Helper(
        HelperId.LOOP,
        "long bpf_loop(u32 nr_loops, void *callback_fn, void *callback_ctx, u64 flags)",
        (Arg.ANYTHING, Arg.FUNC, Arg.STACK_OR_NULL, Arg.ANYTHING),
        Ret.INTEGER,
        loop,
        "Calls a function with (index, callback_ctx) for indices from 0 on until it returns 1, at most "
        "8,388,608 times (-E2BIG for more). The answer is how many calls were made.",
    ),
)
