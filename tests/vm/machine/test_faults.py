"""No safety net: whatever a program does wrong ends its run with a fault that can be stepped back from."""

from dataclasses import replace

import pytest

from tests.vm.machine.build import machine_of, mov, program, steps_of
from vm.change import Ended
from vm.helpers.api import MAX_PROGRAMS
from vm.instruction import (
    AddrSpaceCast,
    Call,
    CallX,
    Exit,
    Goto,
    Imm,
    Instruction,
    Invalid,
    Jump,
    Load,
    LoadImm64,
    LoadPacket,
    Reg,
    Slot,
    Store,
)
from vm.isa import CallKind, ImmKind, JumpOp, Size
from vm.kernel.bare import bare_world
from vm.machine.machine import Machine
from vm.machine.oops import X86_OF, oops
from vm.memory.fault import FaultKind
from vm.memory.region import ARENA
from vm.source import HookscopeError

_INTO_A_DEAD_FRAME = (Call(CallKind.LOCAL, 2), Load(Size.B, 0, 0, -1), Exit(), mov(0, Reg(10)), Exit())
FAULTS: list[tuple[str, FaultKind, str, tuple[Instruction, ...]]] = [
    ("null", FaultKind.NULL, "null", (mov(1, 8), Load(Size.DW, 0, 1, 0))),
    ("wild", FaultKind.WILD, "no object", (mov(1, -1), Load(Size.B, 0, 1, -16))),
    ("stack", FaultKind.BOUNDS, "4 bytes before its start", (Store(Size.W, 10, -516, Imm(1)),)),
    ("dead frame", FaultKind.DEAD, "no longer exists", _INTO_A_DEAD_FRAME),
    ("opcode", FaultKind.BAD_INSTRUCTION, "unknown opcode", (Invalid(Slot(0xFF), "unknown opcode ff"),)),
    ("register", FaultKind.BAD_INSTRUCTION, "no register r11", (mov(11, 1),)),
    ("operand", FaultKind.BAD_INSTRUCTION, "no register r15", (mov(1, Reg(15)),)),
    ("arena", FaultKind.BAD_INSTRUCTION, "no arena", (AddrSpaceCast(1, 2, 1),)),
    ("forwards", FaultKind.BAD_JUMP, "goes to slot 10", (Goto(9),)),
    ("backwards", FaultKind.BAD_JUMP, "goes to slot -3", (Jump(JumpOp.JEQ, 64, 0, Imm(0), -4),)),
    ("past the end", FaultKind.BAD_JUMP, "past the last slot, 0", (mov(0, 1),)),
    ("into ld_imm64", FaultKind.BAD_JUMP, "second half", (Goto(1), LoadImm64(0, ImmKind.VALUE, 1), Exit())),
    ("helper", FaultKind.BAD_CALL, "no helper number 99999", (Call(CallKind.HELPER, 99_999), Exit())),
    ("callx", FaultKind.BAD_CALL, "no helper number -1", (mov(3, -1), CallX(3), Exit())),
    ("kfunc", FaultKind.BAD_CALL, "kernel function", (Call(CallKind.KFUNC, 5), Exit())),
    ("call target", FaultKind.BAD_JUMP, "call goes to slot 101", (Call(CallKind.LOCAL, 100), Exit())),
    ("depth", FaultKind.DEPTH, "8 deep", (Call(CallKind.LOCAL, -1), Exit())),
    ("map", FaultKind.BAD_INSTRUCTION, "refers to map 3", (LoadImm64(1, ImmKind.MAP_FD, 3), Exit())),
    ("variable", FaultKind.BAD_INSTRUCTION, "kernel variable", (LoadImm64(1, ImmKind.BTF_ID, 3), Exit())),
    ("ld_abs", FaultKind.CONTEXT, "socket buffer", (LoadPacket(Size.W, None, 0), Exit())),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "words", "insns"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_a_fault_is_a_value(kind: FaultKind, words: str, insns: tuple[Instruction, ...]) -> None:
    machine = machine_of(*insns)
    start = machine.snapshot()
    steps = steps_of(machine)
    last = steps[-1]
    assert last.fault is not None
    assert last.fault is machine.fault
    assert last.fault.kind is kind
    assert words in last.fault.message
    assert last.changes[-1] == Ended("fault", machine.state.registers[0], last.fault.message)
    text = oops(last.fault, machine.snapshot(), machine.world.programs[0])
    assert all(name in text for name in X86_OF)
    for _ in steps:
        machine.back()
    assert machine.snapshot() == start
    assert steps_of(machine) == steps


def test_an_empty_program_faults() -> None:
    machine = machine_of()
    assert machine.outcome().how == "fault"
    assert machine.fault is not None
    assert "no instructions" in machine.fault.message


def test_an_endless_loop_ends_with_the_budget() -> None:
    machine = machine_of(Goto(-1), limit=50)
    steps = steps_of(machine)
    assert len(steps) == 51
    assert steps[-1].changes == (Ended("budget", 0, "stopped after 50 steps"),)
    for _ in steps:
        machine.back()
    assert machine.number == 0


def test_the_oops_of_a_null_pointer() -> None:
    machine = machine_of(mov(6, 8), Load(Size.DW, 0, 6, 16))
    machine.outcome()
    assert machine.fault is not None
    lines = oops(machine.fault, machine.snapshot(), machine.world.programs[0]).splitlines()
    assert lines[0] == "BUG: kernel NULL pointer dereference, address: 0000000000000018"
    assert lines[1] == "#PF: supervisor read access in kernel mode"
    assert "RIP: 0010:bpf_prog_test+0x8/0x10" in lines
    assert "Code: pc 1: r0 = *(u64 *)(r6 + 0x10)" in lines
    assert any("RBX: 0000000000000008 (r6)" in line for line in lines)
    assert "CR2: 0000000000000018" in lines
    assert any("not a real kernel" in line for line in lines)


def test_an_access_outside_says_how_far() -> None:
    machine = machine_of(Load(Size.DW, 0, 1, 6), memory=bytes(8))
    machine.outcome()
    fault = machine.fault
    assert fault is not None
    assert (fault.kind, fault.object, fault.outside, fault.size) == (FaultKind.BOUNDS, "mem", 6, 8)
    assert fault.address >= ARENA


@pytest.mark.parametrize("count", [0, MAX_PROGRAMS + 1])
def test_a_run_has_some_programs_and_not_too_many(count: int) -> None:
    world = bare_world(program(Exit()), b"")
    with pytest.raises(HookscopeError):
        Machine(replace(world, programs=world.programs * count))
