"""Loads of what is not memory: 64-bit immediates with their kinds, and packet bytes the legacy way."""

from vm.change import Change, PcChanged, RegisterChanged
from vm.helpers.api import PacketAccess, function_pointer
from vm.instruction import LoadImm64, LoadPacket
from vm.isa import ImmKind
from vm.machine.commit import commit, drain, set_register
from vm.machine.execute_exit import finish
from vm.machine.fault import raising
from vm.machine.state import Executor, Site, State
from vm.maps.base import BpfMap
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.prog_types import ProgType
from vm.word import MASK32, MASK64, signed


def bind_load_imm64(insn: LoadImm64, at: Site) -> Executor:
    """``dst = imm64``: a number, or the address of what the kind says."""
    match insn.kind:
        case ImmKind.VALUE:
            return _set(insn.dst, insn.value, at)
        case ImmKind.FUNC:
            return _set(insn.dst, function_pointer(at.program, at.pc + 1 + insn.imm), at)
        case ImmKind.MAP_FD | ImmKind.MAP_IDX:
            found = _map(insn.imm, at)
            return _set(insn.dst, found.address, at) if found else _no_map(insn, at)
        case ImmKind.MAP_VALUE | ImmKind.MAP_IDX_VALUE:
            found = _map(insn.imm, at)
            return _bind_value(insn, found, at) if found else _no_map(insn, at)
        case ImmKind.BTF_ID:
            message = f"slot {at.pc} loads the address of kernel variable BTF id {insn.imm}; none is modeled"
            return raising(FaultKind.BAD_INSTRUCTION, message)


def _set(dst: int, value: int, at: Site) -> Executor:
    state, r, pc = at.state, at.state.registers, at.pc + 2
    fall = PcChanged(at.pc, pc)

    def execute() -> tuple[Change, ...]:
        before = r[dst]
        r[dst] = value
        state.pc = pc
        return RegisterChanged(dst, before, value), fall

    return execute


def _map(index: int, at: Site) -> BpfMap | None:
    world = at.state.world
    indices = world.map_indices[at.program] if at.program < len(world.map_indices) else ()
    return world.maps[indices[index]] if 0 <= index < len(indices) else None


def _no_map(insn: LoadImm64, at: Site) -> Executor:
    return raising(
        FaultKind.BAD_INSTRUCTION, f"slot {at.pc} refers to map {insn.imm}, which the program lacks"
    )


def _bind_value(insn: LoadImm64, found: BpfMap, at: Site) -> Executor:
    """The address of a value of a map that has its values at fixed places: an array."""
    key = bytes(found.spec.key_size)
    address = found.lookup(key, at.state.world.event.cpu)
    if not address:
        message = f"slot {at.pc} loads a value's address, which map {found.spec.name} does not offer"
        return raising(FaultKind.BAD_INSTRUCTION, message)
    return _set(insn.dst, address + (insn.next_imm & MASK32) & MASK64, at)


def bind_load_packet(insn: LoadPacket, at: Site) -> Executor:
    """``r0 = skb[src + imm]`` in network byte order; a place outside the packet ends the function with 0."""
    state, r, size = at.state, at.state.registers, insn.size.bytes

    def execute() -> tuple[Change, ...]:
        ctx = _skb(state)
        index = r[insn.src] if insn.src is not None else 0
        word = ctx.load_packet(signed(index + insn.imm & MASK32, 32), size)
        set_register(state, 0, word or 0)
        if word is None:
            finish(state)
        else:
            commit(state, PcChanged(at.pc, at.pc + 1))
        return drain(state)

    return execute


def _skb(state: State) -> PacketAccess:
    """The socket buffer's context, which r6 must hold."""
    ctx, r6 = state.world.ctx, state.registers[6]
    if ctx is None or ctx.kind is ProgType.XDP:
        message = "legacy packet access needs a socket buffer, which this hook does not have"
        raise MachineFault(Fault(FaultKind.CONTEXT, message))
    if r6 != ctx.region.base:
        message = f"legacy packet access takes the context from r6, which holds {r6:#x}"
        raise MachineFault(Fault(FaultKind.CONTEXT, message, r6))
    return ctx
