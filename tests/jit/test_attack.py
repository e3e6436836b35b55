"""Native code under attack: it ends in a fault as the machine words it, or the process dies."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.jit.fuzz import FILLINGS, batches
from tests.jit.many import OBJECTS, SECRET, TOP, Many, input_of
from tests.jit.test_native_run import natively, stepped
from vm.encoding import decode, encode
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    CallX,
    Exit,
    Goto,
    Imm,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, AtomicOp, CallKind, ImmKind, JumpOp, Size
from vm.jit.guarded.compile import compile_guarded
from vm.jit.runner.runner import Runner, RunnerDiedError, unavailable
from vm.kernel.bare import bare_world
from vm.machine.machine import Machine
from vm.maps import create
from vm.memory.memory import Memory
from vm.memory.region import ARENA, WINDOW, WINDOW_BITS
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.word import MASK32, MASK64, signed

pytestmark = pytest.mark.skipif(unavailable() is not None, reason=str(unavailable()))
FUZZED = 40_000
"""Runs of the short form; `dev.py fuzz jit` makes more."""
SIZES = (Size.B, Size.H, Size.W, Size.DW)
AT = 6
"""The register that holds the address."""
OFFSETS = (0, 1, -7, 32767, -32768)


Access = Load | LoadAcquire | Store | StoreRelease | Atomic


def _forms() -> Iterator[Access]:
    """Every addressing form, at AT without an offset."""
    for size in SIZES:
        yield Load(size, 0, AT, 0)
        yield Store(size, AT, 0, Reg(1))
        yield Store(size, AT, 0, Imm(-1))
        yield LoadAcquire(size, 0, AT, 0)
        yield StoreRelease(size, AT, 0, 1)
        if size is not Size.DW:
            yield Load(size, 0, AT, 0, signed=True)
    for size in (Size.W, Size.DW):
        for op in AtomicOp:
            yield Atomic(op, size, AT, 0, 2, fetch=True)
            if op not in (AtomicOp.XCHG, AtomicOp.CMPXCHG):
                yield Atomic(op, size, AT, 0, 0, fetch=False)


FORMS = list(_forms())


def program(*insns: Instruction) -> Program:
    """The instructions and an exit, as they are."""
    slots = [slot for insn in (*insns, Exit()) for slot in encode(insn)]
    return Program("attack", ProgType.UNSPEC, tuple(slots), decode(slots))


def constant(reg: int, value: int) -> LoadImm64:
    """``reg = value ll``."""
    return LoadImm64(reg, ImmKind.VALUE, signed(value & MASK32, 32), signed(value >> 32 & MASK32, 32))


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as running:
        yield running


def _same(attack: Program, runner: Runner, memory: bytes = b"memory!", limit: int = 64) -> None:
    alone = stepped(Machine(bare_world(attack, memory), limit), 1 << 40)
    helped = natively(Machine(bare_world(attack, memory), limit), 1 << 40, runner)
    assert helped == alone


def _edges(memory: bytes) -> list[int]:
    """Addresses around the edges of the regions of a bare run, right ones and ones just beside."""
    machine = Machine(bare_world(program(), memory))
    found = set[int]()
    for region in machine.world.memory.regions:
        for edge in (region.base, region.base + len(region.data), region.base + WINDOW):
            found.update(edge + step & MASK64 for step in range(-9, 10))
    return sorted(found)


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_form_at_every_edge_of_a_region(form: Access, runner: Runner) -> None:
    """The machine says which of them is a fault, and which one."""
    for number, address in enumerate(_edges(b"memory!")):
        off = OFFSETS[number % len(OFFSETS)]
        _same(program(constant(AT, address - off & MASK64), replace(form, off=off)), runner)


@pytest.mark.parametrize("upper", [0, 0x1234, 0xFFFF_C8FF, 0xFFFF_C901, 0xFFFF_FFFF, 0x7FFF_FFFF], ids=hex)
def test_no_forged_region_number_leads_anywhere(upper: int, runner: Runner) -> None:
    """Every window with another upper half, and every window but the open ones with the right one."""
    for window in range(0, 1 << 32 - WINDOW_BITS, 5):
        address = upper << 32 | window << WINDOW_BITS | 8
        _same(program(constant(AT, address), Store(Size.DW, AT, 0, Imm(7))), runner)
        _same(program(constant(AT, ARENA + (window << WINDOW_BITS)), Load(Size.W, 0, AT, 0)), runner)


BROKEN: dict[str, tuple[Instruction, ...]] = {
    "into a constant": (Goto(1), constant(1, 5)),
    "into a constant, if": (Jump(JumpOp.JEQ, 64, 0, Imm(0), 1), constant(1, 5)),
    "before the program": (Goto(-2),),
    "behind the program": (Goto(100),),
    "far behind the program": (Goto(1 << 30, wide=True),),
    "a call into a constant": (Call(CallKind.LOCAL, 1), constant(1, 5)),
    "a call before the program": (Call(CallKind.LOCAL, -9),),
    "a call behind the program": (Call(CallKind.LOCAL, 9),),
    "endless": (Goto(-1),),
    "endless with stores": (Store(Size.DW, 10, -8, Reg(0)), Goto(-2)),
    "deep calls": (Call(CallKind.LOCAL, -1),),
    "calls to and fro": (Call(CallKind.LOCAL, 1), Goto(-2), Call(CallKind.LOCAL, -3)),
    "a call of no helper": (Call(CallKind.HELPER, 100_000),),
    "a call of no kernel function": (Call(CallKind.KFUNC, 100_000),),
    "a kernel function with a helper's number": (Call(CallKind.KFUNC, 5), Call(CallKind.KFUNC, 1)),
    "a call of a register": (CallX(3),),
    "registers that are not": (Alu(AluOp.MOV, 64, 1, Reg(12)), Load(Size.DW, 13, 14, 0)),
    "another frame": (Alu(AluOp.ADD, 64, 10, Imm(WINDOW)), Store(Size.DW, 10, -8, Imm(1))),
    "a frame that is none": (Alu(AluOp.MOV, 64, 10, Imm(0)), Store(Size.DW, 10, -8, Imm(1))),
    "a call with a forged frame": (
        Alu(AluOp.MOV, 64, 10, Reg(1)),
        Call(CallKind.LOCAL, 0),
        Store(Size.DW, 10, -8, Imm(1)),
    ),
    "the frame of a caller that is gone": (
        Call(CallKind.LOCAL, 2),
        Load(Size.DW, 0, 0, -8),
        Exit(),
        Alu(AluOp.MOV, 64, 0, Reg(10)),
    ),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("limit", [1, 2, 3, 40, 2_000])
def test_broken_programs_end_as_on_the_machine(name: str, limit: int, runner: Runner) -> None:
    _same(program(*BROKEN[name]), runner, limit=limit)


HOSTILE_MAPS = [
    MapSpec("m", kind, key, value, entries)
    for kind in (MapType.ARRAY, MapType.HASH, MapType.PERCPU_ARRAY, MapType.LRU_HASH)
    for key in (0, 4, 1 << 31)
    for value in (0, 8, 1 << 31, (1 << 32) - 1)
    for entries in (0, 1 << 31, (1 << 32) - 1)
]


@pytest.mark.parametrize("spec", HOSTILE_MAPS, ids=lambda spec: f"{spec.type.name}-{spec.value_size}")
def test_maps_that_cannot_be_are_refused_before_anything_runs(spec: MapSpec) -> None:
    with pytest.raises(HookscopeError):
        create(spec, 0, Memory([]))


UNCHECKED = {
    "a page of another object": SECRET * WINDOW,
    "no page": 100 * WINDOW,
    "the last bytes": (1 << 32) - 4,
    "the first bytes": 0,
}


@pytest.mark.parametrize("place", UNCHECKED)
@pytest.mark.parametrize("size", SIZES)
def test_a_false_proof_leads_no_further_than_the_arena(place: str, size: Size) -> None:
    """Checks left out wrongly: the process dies, or an object of the run changes; the tables never do."""
    attack = program(constant(1, ARENA + UNCHECKED[place]), Store(size, 1, 0, Imm(-1)))
    code = compile_guarded(attack.insns, {}, frozenset(range(len(attack.insns))))
    with Runner() as own:
        many = Many(own)
        with pytest.raises(
            (RunnerDiedError, AssertionError), match=r"ended by signal 11|bytes at 0x16000000"
        ):
            many.run([(code, own.load(code.code))], [input_of((0,) * 10 + (TOP,), 9)], FILLINGS[0])


@pytest.mark.parametrize(
    "instruction", [b"\x0f\x05", b"\xcd\x80", b"\x0f\x34"], ids=["syscall", "int80", "sysenter"]
)
@pytest.mark.parametrize("number", [2, 10, 57, 59, 101])
def test_a_system_call_ends_the_process(instruction: bytes, number: int) -> None:
    """Even code that no compiler of ours makes: open, mprotect, fork, execve, ptrace."""
    with Runner() as own:
        own.load(b"\xb8" + number.to_bytes(4, "little") + instruction + b"\xc3")
        with pytest.raises(RunnerDiedError, match="ended by signal"):
            own.run(0, 0, [0] * 11, 0)


@pytest.mark.parametrize("at", ["code", "arena"])
def test_memory_is_never_both_written_and_run(at: str) -> None:
    store = b"\xc6\x06\xc3" if at == "code" else b"\xff\xe7"  # mov byte [rsi], 0xc3; jmp rdi
    with Runner() as own:
        own.load(store + b"\xc3")
        with pytest.raises(RunnerDiedError, match="ended by signal 11"):
            own.run(0, 0, [0] * 11, 0)


def test_wild_programs_read_and_write_nothing_but_their_own() -> None:
    with Runner() as own:
        assert next(tally for tally in batches(1, own) if tally.runs >= FUZZED).programs


def test_a_watched_byte_that_changes_is_noticed() -> None:
    """The short form above can fail: unchecked code that writes beside an object is found out."""
    beside = OBJECTS[2].first + OBJECTS[2].size
    attack = program(constant(1, beside), Store(Size.B, 1, 0, Imm(1)))
    code = compile_guarded(attack.insns, {}, frozenset(range(len(attack.insns))))
    with Runner() as own, pytest.raises(AssertionError, match="were changed"):
        Many(own).run([(code, own.load(code.code))], [input_of((0,) * 10 + (TOP,), 9)], FILLINGS[0])


def test_a_byte_that_is_read_beside_its_object_is_noticed() -> None:
    attack = program(constant(1, ARENA + SECRET * WINDOW), Load(Size.B, 0, 1, 0))
    code = compile_guarded(attack.insns, {}, frozenset(range(len(attack.insns))))
    with Runner() as own:
        many = Many(own)
        given = [input_of((0,) * 10 + (TOP,), 9)]
        left = [many.run([(code, own.load(code.code))], given, value) for value in FILLINGS]
    assert left[0] != left[1]
