"""The memory an instruction touches, told from the registers before it runs."""

from vm.instruction import Atomic, Instruction, Load, LoadAcquire, LoadPacket, Store, StoreRelease
from vm.isa import STACK_SIZE
from vm.memory.region import Place, RegionKind
from vm.story.moment import Moment
from vm.story.part import PartKind, Read
from vm.word import MASK64

_KIND = {
    RegionKind.CTX: ("ctx", PartKind.CTX),
    RegionKind.PACKET: ("pkt", PartKind.PKT),
    RegionKind.STACK: ("stk", PartKind.STK),
    RegionKind.MAP_VALUE: ("map", PartKind.MAP),
    RegionKind.RODATA: ("ro", PartKind.NUM),
    RegionKind.RINGBUF: ("ring", PartKind.NUM),
    RegionKind.MEM: ("mem", PartKind.NUM),
    RegionKind.MAP: ("mem", PartKind.NUM),
}


def accessed(insn: Instruction | None, registers: list[int]) -> tuple[int, int] | None:
    """Address and size of the memory the instruction reads or writes, if it does either."""
    match insn:
        case Load(size, _, src, off) | LoadAcquire(size, _, src, off):
            return (registers[src] + off) & MASK64, size.bytes
        case Store(size, dst, off, _) | StoreRelease(size, dst, off, _) | Atomic(_, size, dst, off, _):
            return (registers[dst] + off) & MASK64, size.bytes
        case _:
            return None


def is_read(insn: Instruction | None) -> bool:
    """Whether the instruction reads memory by itself."""
    return isinstance(insn, Load | LoadAcquire | Atomic | LoadPacket)


def place_of(moment: Moment) -> tuple[Place, int] | None:
    """The place and size of the access, when it is in some object."""
    if not moment.sought:
        moment.sought, moment.place = True, _place_of(moment)
    return moment.place


def _place_of(moment: Moment) -> tuple[Place, int] | None:
    access = accessed(moment.insn, moment.before)
    if access is None:
        return None
    place = moment.names.memory.locate(access[0])
    return None if place is None else (place, access[1])


def access_name(moment: Moment) -> tuple[str, PartKind]:
    """What the place is called, and how it is tinted."""
    found = place_of(moment)
    if found is None:
        access = accessed(moment.insn, moment.before)
        return (f"address {access[0]:#x}" if access else "memory"), PartKind.FAULT
    place, size = found
    return moment.names.place(place.region, place.off, size), _KIND[place.region.kind][1]


def region_word(kind: RegionKind) -> str:
    """The region's word on the wire."""
    return _KIND[kind][0]


def reads(moment: Moment) -> tuple[Read, ...]:
    """The bytes the instruction read, with their name."""
    if isinstance(moment.insn, LoadPacket):
        return _packet_read(moment, moment.insn)
    found = place_of(moment) if is_read(moment.insn) else None
    if found is None:
        return ()
    place, size = found
    off = place.off - STACK_SIZE if place.region.kind is RegionKind.STACK else place.off
    name = moment.names.place(place.region, place.off, size)
    return (Read(region_word(place.region.kind), off, size, name),)


def _packet_read(moment: Moment, insn: LoadPacket) -> tuple[Read, ...]:
    start = insn.imm + (moment.before[insn.src] & 0xFFFF_FFFF if insn.src is not None else 0)
    name, _ = moment.names.field(start, insn.size.bytes)
    return (Read("pkt", moment.names.bounds()[1] + start, insn.size.bytes, name),)
