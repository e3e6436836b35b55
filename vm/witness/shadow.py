"""A run of the machine, and beside every number it computes what that number is as a function of the packet.

What is not followed (helpers, map contents, operations too large) counts as a constant. An expression that
does not give the number the machine has is dropped, so a shadow may know too little but never wrong things
about the run at hand.
"""

from typing import Final

from vm.helpers.table import HELPERS
from vm.instruction import (
    Alu,
    Atomic,
    Call,
    Endian,
    Instruction,
    Jump,
    Load,
    LoadAcquire,
    LoadImm64,
    LoadPacket,
    Neg,
    Reg,
    Store,
    StoreRelease,
)
from vm.isa import AluOp, CallKind, JumpOp
from vm.kernel.context.packet_context import PacketContext
from vm.machine.machine import Machine
from vm.memory.fault import MachineFault
from vm.memory.region import Region, RegionKind
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType
from vm.witness.condition import Condition
from vm.witness.expression import (
    LENGTH,
    Converted,
    Element,
    Env,
    Expr,
    Extended,
    Number,
    Variable,
    operation,
    value,
    word,
)
from vm.witness.origins import Origins
from vm.witness.told import Branch, Told, access_of
from vm.word import MASK64

_SIGNED: Final = {AluOp.MOVSX8: 8, AluOp.MOVSX16: 16, AluOp.MOVSX32: 32}
_ARRAYS: Final = frozenset({MapType.ARRAY, MapType.PERCPU_ARRAY})
BRANCHES: Final = 160
"""Comparisons of one run that are kept."""


class Shadow:
    """Runs a machine to its end beside its shadow; ``pc`` is the slot watched, ``reg`` what it reads."""

    def __init__(self, machine: Machine, packet: bytes, pc: int, reg: int, limit: int) -> None:
        self.machine = machine
        self.state = machine.state
        self.memory = machine.world.memory
        self.env = Env(packet, len(packet))
        self.pc, self.reg, self.limit = pc, reg, limit
        self.insns: tuple[Instruction | None, ...] = machine.world.programs[0].insns
        self.regs: list[Expr | None] = [None] * 11
        self.saved: list[tuple[list[Expr | None], int]] = []
        self.bytes: dict[int, tuple[Expr, int]] = {}
        self.written = 1 << 1 | 1 << 10
        self.origins = Origins()
        self.told = Told()
        self.looked_up: tuple[int, bytes] | None = None
        ctx = machine.world.ctx
        self.cut = 0
        """Bytes of the given packet before the program's data."""
        self.data = self.packet_base = 0
        self.packet_region: Region | None = None
        if isinstance(ctx, PacketContext) and ctx.buffer is not None:
            self.packet_region = ctx.buffer.region
            _, start, end = ctx.buffer.bounds
            self.packet_base = ctx.buffer.region.base + start
            self.cut = len(packet) - (end - start)

    def run(self) -> Told:
        """The whole run."""
        machine, state, told = self.machine, self.state, self.told
        while machine.ended is None and machine.number < self.limit and state.program == 0:
            pc = state.pc
            insn = self.insns[pc] if 0 <= pc < len(self.insns) else None
            depth = len(state.frames)
            told.path.append(pc)
            if pc == self.pc and insn is not None:
                self._watched(insn)
            before = self._before(insn, pc)
            self.origins.before(insn, state.registers)
            machine.advance()
            if machine.fault is not None:
                if pc == self.pc:
                    told.faulted, told.message = machine.number - 1, machine.fault.message
                break
            self.origins.after(insn, state.registers, len(state.frames) - depth)
            self._after(insn, before, depth)
        return told

    # -- before the step -----------------------------------------------------------------------------------

    def number(self, n: int) -> Number:
        """What is known of r``n``."""
        found = self.regs[n]
        return self.state.registers[n] if found is None else found

    def _operand(self, src: object) -> Number:
        if isinstance(src, Reg):
            return self.number(src.n)
        return int(getattr(src, "word", 0))

    def _before(self, insn: Instruction | None, pc: int) -> Number | None:
        """What the step will leave in its destination, as far as it can be told."""
        match insn:
            case Alu(op, bits, dst, src):
                return self._alu(op, bits, dst, self._operand(src))
            case Neg(bits, dst):
                return operation(AluOp.SUB, 0, self.number(dst), bits)
            case Endian(op, bits, dst):
                found = self.regs[dst]
                return None if found is None else Converted(op, found, bits)
            case Load(size, _, src, off, signed):
                return self._load(src, off, size.bytes, signed)
            case LoadAcquire(size, _, src, off):
                return self._load(src, off, size.bytes, False)
            case LoadPacket(size, src, imm):
                at = imm + (self.state.registers[src] & 0xFFFFFFFF if src is not None else 0)
                return self._packet(at, size.bytes, big=True) if 0 <= at < 0xFFFF else None
            case Store(size, dst, off, src):
                self._store(self.state.registers[dst] + off, size.bytes, self._operand(src))
            case StoreRelease(size, dst, off, source):
                self._store(self.state.registers[dst] + off, size.bytes, self.number(source))
            case Atomic(size=size, dst=dst, off=off):
                self._store(self.state.registers[dst] + off, size.bytes, 0)
            case Jump():
                self._jump(insn, pc)
            case Call(CallKind.HELPER, imm):
                return self._helper(imm)
            case _:
                return None
        return None

    def _alu(self, op: AluOp, bits: int, dst: int, src: Number) -> Number | None:
        if op is AluOp.MOV:
            return src if bits == 64 else operation(AluOp.AND, src, 0xFFFFFFFF, 64)
        if op in _SIGNED:
            return Extended(src, _SIGNED[op], bits) if isinstance(src, Expr) else None
        return operation(op, self.number(dst), src, bits)

    def _load(self, src: int, off: int, size: int, signed: bool) -> Number | None:
        address = (self.state.registers[src] + off) & MASK64
        place = self.memory.locate(address)
        if place is None:
            return None
        if place.region.kind is RegionKind.CTX:
            return self._context(place.region, place.off, size)
        found = self._bytes(address, size)
        if found is None and place.region is self.packet_region:
            found = self._packet(address - self.packet_base, size)
        if isinstance(found, Expr) and signed:
            return Extended(found, size * 8)
        return found

    def _context(self, region: Region, off: int, size: int) -> Number | None:
        """The end of the packet and its length are functions of the length."""
        loaded = self._peek(region, off, size)
        length = Variable(LENGTH)
        end = self.packet_base + self.env.length - self.cut
        if loaded is None or size not in (4, 8):
            return None
        if loaded == end:
            return operation(AluOp.ADD, length, (self.packet_base - self.cut) & MASK64, 64)
        if off == 0 and loaded in (self.env.length, self.env.length - self.cut):
            return operation(AluOp.SUB, length, self.env.length - loaded, 64)
        if (
            off == 16
            and self.machine.world.ctx is not None
            and self.env.length > 13
            and loaded == (self.env.get(12) | self.env.get(13) << 8)
        ):
            return word(((Variable(12), 0), (Variable(13), 0)))
        return None

    def _peek(self, region: Region, off: int, size: int) -> int | None:
        view = region.view
        if view is None:
            return None
        try:
            return view.load(off, size)
        except MachineFault:
            return None

    def _packet(self, at: int, size: int, big: bool = False) -> Number | None:
        """Bytes of the packet as given, ``at`` counted from the program's data."""
        first = at + self.cut
        if first < 0 or at + size > self.env.length - self.cut:
            return None
        places = range(first, first + size)
        self.told.conditions.append(Condition(JumpOp.JGE, Variable(LENGTH), first + size))
        return word(tuple((Variable(n), 0) for n in (reversed(places) if big else places)))

    def _bytes(self, address: int, size: int) -> Number | None:
        known = self.bytes
        if not any(address + at in known for at in range(size)):
            return None
        parts: list[tuple[Number, int]] = []
        for at in range(size):
            found = known.get(address + at)
            if found is None:
                try:
                    found_byte = self.memory.load(address + at, 1)
                except MachineFault:
                    return None
                parts.append((found_byte, 0))
            else:
                parts.append(found)
        return word(tuple(parts))

    def _store(self, address: int, size: int, number: Number) -> None:
        address &= MASK64
        for at in range(size):
            if isinstance(number, Expr):
                self.bytes[address + at] = number, at
            else:
                self.bytes.pop(address + at, None)

    def _jump(self, insn: Jump, pc: int) -> None:
        left, right = self.number(insn.dst), self._operand(insn.src)
        if isinstance(left, int) and isinstance(right, int):
            return
        condition = Condition(insn.op, left, right, insn.bits)
        if not condition.variables:
            return
        taken = condition.met(self.env)
        if not taken:
            condition = condition.opposite()
        told = self.told
        if len(told.branches) < BRANCHES:
            other = pc + 1 if taken else pc + 1 + insn.off
            step = len(told.path) - 1
            told.branches.append(Branch(step, pc, other, condition, len(told.conditions)))
        told.conditions.append(condition)

    def _helper(self, imm: int) -> Number | None:
        registers = self.state.registers
        if imm == HelperId.MAP_LOOKUP_ELEM:
            return self._element(registers[1], registers[2])
        if imm == HelperId.SKB_LOAD_BYTES and registers[2] < 0xFFFF and registers[4] <= 512:
            for at in range(registers[4]):
                found = self._packet(registers[2] + at, 1)
                if isinstance(found, Expr):
                    self.bytes[registers[3] + at] = found, 0
        return None

    def _element(self, map_address: int, key: int) -> Number | None:
        bpf_map = self.machine.world.map_at.get(map_address)
        self.looked_up = None
        if bpf_map is None:
            return None
        if bpf_map.spec.type not in _ARRAYS:
            try:
                self.looked_up = bpf_map.index, self.memory.read(key, bpf_map.spec.key_size)
            except MachineFault:
                return None
            return None
        index = self._bytes(key, 4)
        if not isinstance(index, Expr):
            return None
        return Element(index, 1, bpf_map.spec.max_entries)

    # -- after the step ------------------------------------------------------------------------------------

    def _after(self, insn: Instruction | None, before: Number | None, depth: int) -> None:
        state = self.state
        if len(state.frames) != depth:
            self._frames(depth)
            return
        match insn:
            case Alu(dst=dst) | Neg(dst=dst) | Endian(dst=dst) | Load(dst=dst) | LoadAcquire(dst=dst):
                self._keep(dst, before)
            case LoadImm64(dst=dst):
                self._keep(dst, None)
            case Atomic(src=src, fetch=True):
                self._keep(src, None)
                self._keep(0, None)
            case LoadPacket():
                self._keep(0, before)
            case Call(CallKind.HELPER, imm):
                self._called(imm, before)
            case _:
                return

    def _called(self, imm: int, before: Number | None) -> None:
        result = self.state.registers[0]
        if isinstance(before, Element) and result and before.value(self.env):
            before = Element(before.index, result, before.count)
        row = HELPERS.get(imm)
        if imm == HelperId.MAP_LOOKUP_ELEM and not result and self.looked_up is not None:
            self.told.missed.append(self.looked_up)
        self._keep(0, before)
        self.written &= ~0x3F
        if row is None or row.ret.value != "void":
            self.written |= 1
        for n in range(1, 6):
            self.regs[n] = None

    def _keep(self, n: int, number: Number | None) -> None:
        self.written |= 1 << n
        if (
            isinstance(number, Expr)
            and number.variables
            and number.value(self.env) == self.state.registers[n]
        ):
            self.regs[n] = number
        else:
            self.regs[n] = None

    def _frames(self, depth: int) -> None:
        if len(self.state.frames) > depth:
            self.saved.append((self.regs[:], self.written))
            self.written = (self.written & 0x3E) | 1 << 10
            return
        if self.saved:
            result = self.regs[0]
            self.regs, written = self.saved.pop()
            self.regs[0] = result
            self.written = (written & ~0x3F) | 1
        for n in range(6):
            found = self.regs[n]
            if found is not None and (n or found.value(self.env) != self.state.registers[n]):
                self.regs[n] = None

    # -- the watched instruction ---------------------------------------------------------------------------

    def _watched(self, insn: Instruction) -> None:
        told = self.told
        if self.reg >= 0 and not self.written >> self.reg & 1 and told.unset is None:
            told.unset = len(told.path) - 1
        access = access_of(insn, self.reg)
        if access is None or len(told.goals) >= 4:
            return
        n, off, size = access
        base = self.number(n)
        origin = self.origins.of[n]
        self._leaves(origin, self.state.registers[n] + off, size)
        address = operation(AluOp.ADD, base, off & MASK64, 64)
        if address is None:
            return
        goals = self._goals(address, size, origin)
        if goals:
            told.goals.append((len(told.conditions), tuple(goals)))

    def _leaves(self, origin: int, address: int, size: int) -> None:
        """Notes an access that reaches beyond the map value that the pointer was made for."""
        made = self.memory.locate(origin) if origin else None
        if made is None or made.region.kind is not RegionKind.MAP_VALUE or self.told.outside is not None:
            return
        part, off = made.region.part(made.off), (address & MASK64) - made.region.base
        if off < part.lo or off + size > part.hi:
            over = off + size - part.hi
            how = (
                f"{over} bytes past the end of" if over > 0 else f"{part.lo - off} bytes before the start of"
            )
            found = f"it takes {size} bytes, {how} the value {part.name}, and hits what lies there"
            self.told.outside = len(self.told.path) - 1, found

    def _goals(self, address: Number, size: int, origin: int) -> list[Condition]:
        """Conditions each of which makes an access of ``size`` bytes go wrong."""
        at = value(address, self.env)
        place = self.memory.locate(at & MASK64)
        null = Condition(JumpOp.JLT, address, 4096)
        if place is None:
            return [null]
        made = self.memory.locate(origin) if origin else None
        place = made if made is not None and made.region is place.region else place
        region, part = place.region, place.region.part(place.off)
        bounds: list[tuple[Number, Number]] = [(region.base + region.lo, region.base + region.hi)]
        if region is self.packet_region:
            end = operation(AluOp.ADD, Variable(LENGTH), (self.packet_base - self.cut) & MASK64, 64)
            if end is not None and value(end, self.env) == bounds[0][1]:
                bounds = [(bounds[0][0], end)]
        elif (part.lo, part.hi) != (region.lo, region.hi):
            bounds.append((region.base + part.lo, region.base + part.hi))
        last = operation(AluOp.ADD, address, size, 64)
        found = [null]
        for low, high in bounds:
            found += [Condition(JumpOp.JGT, last, high)] if last is not None else []
            found.append(Condition(JumpOp.JLT, address, low))
        return [one for one in found if one.variables]
