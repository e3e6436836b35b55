"""Calls of helpers that native code answers itself; all others are handed back.

A call is answered only where nothing can go wrong: the map is known beforehand, and what its arguments point
at is checked before anything happens.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from vm.isa import STACK_SIZE
from vm.jit.guarded import lookup, routines
from vm.jit.guarded.access import ARENA_BASE, DISTANCE, INDEX, REFUSED, check, mark_window
from vm.jit.guarded.arena import CLOCK, RANDOM, Bounds
from vm.jit.guarded.known import Fact, Facts, Known
from vm.jit.guarded.sheet import Sheet
from vm.jit.guarded.surroundings import MapPlan, Shape, Surroundings, place
from vm.jit.registers import X86
from vm.jit.x86 import encode as x86
from vm.jit.x86.encode import Group, Reg, Shift
from vm.memory.region import WINDOW_BITS
from vm.uapi.helper_ids import HelperId

MAP_HELPERS: Final = frozenset({HelperId.MAP_LOOKUP_ELEM, HelperId.MAP_UPDATE_ELEM, HelperId.MAP_DELETE_ELEM})
GOLDEN: Final = 0x9E3779B97F4A7C15
READING_NS: Final = 1_000
"""As `vm.helpers.time_random` has them."""
_READ_BYTE: Final = Bounds(1, write=False).limit


class Helpers:
    """Writes the calls, and in the end the routines they need."""

    def __init__(self, sheet: Sheet, around: Surroundings) -> None:
        self._sheet = sheet
        self._around = around
        self._maps = {plan.address: plan for plan in around.maps}
        self._routines: dict[tuple[Callable[[Sheet, MapPlan], None], MapPlan], int] = {}

    def answers(self, number: int, facts: Facts) -> bool:
        """Whether native code answers this call."""
        if number not in self._around.helpers:
            return False
        if number in _PLAIN:
            return True
        plan = self._map(facts[1])
        return number in MAP_HELPERS and plan is not None and not _reads_itself(number, plan, facts)

    def call(self, number: int, facts: Facts, refused: int) -> None:
        """Writes a call; where an argument is not what it must be it goes to ``refused``."""
        plain = _PLAIN.get(number)
        if plain is not None:
            self._sheet.code += plain(self._around)
            return
        plan = self._map(facts[1])
        if plan is None:
            raise AssertionError("a call that is not answered")
        self._argument(2, facts[2], plan.key_size, refused)
        if number == HelperId.MAP_LOOKUP_ELEM:
            is_lru = plan.shape is Shape.LRU
            lookup.lookup(self._sheet, plan, self._routine(routines.touch, plan) if is_lru else 0)
        elif number == HelperId.MAP_DELETE_ELEM:
            self._sheet.call(self._routine(routines.delete, plan))
        else:
            self._argument(3, facts[3], plan.value_size, refused)
            self._sheet.call(self._routine(routines.update, plan))
            if plan.shape is Shape.ARRAY:
                self._sheet.code += mark_window(place(plan.values) >> WINDOW_BITS)

    def finish(self) -> None:
        """Writes the routines."""
        for (write, plan), label in self._routines.items():
            self._sheet.here(label)
            write(self._sheet, plan)

    def _map(self, fact: Fact) -> MapPlan | None:
        return self._maps.get(fact[1]) if fact is not None and fact[0] is Known.MAP else None

    def _routine(self, write: Callable[[Sheet, MapPlan], None], plan: MapPlan) -> int:
        if (write, plan) not in self._routines:
            self._routines[write, plan] = self._sheet.label()
        return self._routines[write, plan]

    def _argument(self, n: int, fact: Fact, size: int, refused: int) -> None:
        """Makes sure that all of an argument may be read; leaves its place in INDEX."""
        sheet, reg = self._sheet, X86[n]
        safe = fact is not None and fact[0] is Known.FRAME and -STACK_SIZE <= fact[1] <= -size
        if fact is not None and fact[0] is Known.VALUE:
            safe = self._maps[fact[1]].value_size >= size
        if not safe:
            sheet.code += check(n, 0, 1, False)
            sheet.branch(refused, REFUSED)
            if size > 1:
                sheet.code += x86.op_imm(Group.ADD, DISTANCE, size - 1, wide=True)
                sheet.code += x86.indexed(
                    b"\x3b", DISTANCE, ARENA_BASE, INDEX, _READ_BYTE, wide=True, scale=3
                )
                sheet.branch(refused, REFUSED)
        sheet.code += x86.mov(INDEX, reg, wide=False)


def _reads_itself(number: int, plan: MapPlan, facts: Facts) -> bool:
    """Whether key or value may lie in the slot that an update of a hash map is about to overwrite."""
    own = (Known.VALUE, plan.address)
    return number == HelperId.MAP_UPDATE_ELEM and plan.shape is not Shape.ARRAY and own in facts[2:4]


def _clock(_around: Surroundings) -> bytes:
    """Each reading is later than the one before."""
    code = x86.memory(b"\x8b", Reg.RAX, ARENA_BASE, CLOCK, wide=True)
    return code + x86.memory(b"\x81", Group.ADD, ARENA_BASE, CLOCK, wide=True) + x86.i32(READING_NS)


def _random(_around: Surroundings) -> bytes:
    """splitmix64."""
    code = x86.memory(b"\x8b", Reg.RAX, ARENA_BASE, RANDOM, wide=True)
    code += x86.movabs(DISTANCE, GOLDEN) + x86.op(Group.ADD, Reg.RAX, DISTANCE, wide=True)
    code += x86.memory(b"\x89", Reg.RAX, ARENA_BASE, RANDOM, wide=True)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        code += _fold(shift) + x86.movabs(DISTANCE, factor) + x86.imul(Reg.RAX, DISTANCE, wide=True)
    return code + _fold(31) + x86.mov(Reg.RAX, Reg.RAX, wide=False)


def _fold(shift: int) -> bytes:
    code = x86.mov(DISTANCE, Reg.RAX, wide=True) + x86.shift_imm(Shift.SHR, DISTANCE, shift, wide=True)
    return code + x86.op(Group.XOR, Reg.RAX, DISTANCE, wide=True)


def _cpu(around: Surroundings) -> bytes:
    return x86.mov_imm32(Reg.RAX, around.cpu, sign_extend=False)


_PLAIN: Mapping[int, Callable[[Surroundings], bytes]] = MappingProxyType(
    {
        HelperId.KTIME_GET_NS: _clock,
        HelperId.KTIME_GET_BOOT_NS: _clock,
        HelperId.GET_PRANDOM_U32: _random,
        HelperId.GET_SMP_PROCESSOR_ID: _cpu,
    }
)
NATIVE_HELPERS: Final = MAP_HELPERS | frozenset(_PLAIN)
"""The numbers of all helpers that native code can answer."""
