"""The programs that engines are compared by, each as an XDP program over one packet."""

from dataclasses import dataclass
from typing import Final

from vm.asm import assemble
from vm.program import Program
from vm.uapi.prog_types import ProgType

ALU: Final = """
    r0 = 0
    r1 = 0x2545F491
    r2 = 80000
again:
    r3 = r1
    r3 <<= 13
    r1 ^= r3
    r3 = r1
    r3 >>= 7
    r1 ^= r3
    r3 = r1
    r3 <<= 17
    r1 ^= r3
    r0 += r1
    r2 -= 1
    if r2 != 0 goto again
    r0 = 2
    exit
"""

CHECKSUM: Final = """
    r2 = *({word} *)(r1 + {data})
    r3 = *({word} *)(r1 + {end})
    *(u64 *)(r10 - 8) = 0
    r6 = 750
again:
    r5 = r2
    r5 += 2
    if r5 > r3 goto done
    r4 = *(u16 *)(r2 + 0)
    r0 = *(u64 *)(r10 - 8)
    r0 += r4
    *(u64 *)(r10 - 8) = r0
    r2 += 2
    r6 -= 1
    if r6 != 0 goto again
done:
    r0 = *(u64 *)(r10 - 8)
    r4 = r0
    r4 >>= 16
    r0 &= 65535
    r0 += r4
    r4 = r0
    r4 >>= 16
    r0 &= 65535
    r0 += r4
    exit
"""

LOOKUP: Final = """
.map counts hash key=u32 value=u64 entries=256
    r6 = 8000
    r7 = 0
again:
    *(u32 *)(r10 - 4) = r7
    r2 = r10
    r2 += -4
    r1 = {map}
    call bpf_map_lookup_elem
    if r0 == 0 goto out
    r3 = 1
    lock *(u64 *)(r0 + 0) += r3
    r7 += 1
    r7 &= 255
    r6 -= 1
    if r6 != 0 goto again
out:
    r0 = 2
    exit
"""

COUNT: Final = """
.map counts hash key=u32 value=u64 entries=256
    r2 = *({word} *)(r1 + {data})
    r3 = *({word} *)(r1 + {end})
    r0 = 2
    r4 = r2
    r4 += 34
    if r4 > r3 goto out
    r5 = *(u16 *)(r2 + 12)
    if r5 != 8 goto out
    r5 = *(u8 *)(r2 + 14)
    r5 &= 15
    if r5 != 5 goto out
    r5 = *(u8 *)(r2 + 23)
    if r5 != 17 goto out
    r4 = r2
    r4 += 42
    if r4 > r3 goto out
    r5 = *(u16 *)(r2 + 36)
    r5 = be16 r5
    r5 &= 255
    *(u32 *)(r10 - 4) = r5
    r2 = r10
    r2 += -4
    r1 = {map}
    call bpf_map_lookup_elem
    if r0 == 0 goto miss
    r1 = 1
    lock *(u64 *)(r0 + 0) += r1
miss:
    r0 = 2
out:
    exit
"""


@dataclass(frozen=True, slots=True)
class Workload:
    """A program, its packet, and how often one measurement runs it."""

    name: str
    text: str
    packet: bytes
    runs: int

    def program(self) -> Program:
        """As Linux and the machine run it, its map filled with 256 entries."""
        return _assembled(self.text.format(word="u32", data=0, end=4, map="counts ll"))

    def for_c(self) -> Program:
        """For an engine that knows no contexts and no maps: r1 points at two 64-bit addresses."""
        return _assembled(self.text.format(word="u64", data=0, end=8, map="0"))


def _assembled(text: str) -> Program:
    head = ".program bench\n.hook xdp\n"
    assembly = assemble(head + text, prog_type=ProgType.XDP)
    if assembly.program is None:
        raise AssertionError("\n".join(map(str, assembly.errors)))
    return assembly.program


def _packet(size: int) -> bytes:
    """Ethernet, IPv4, UDP to port 0x1234, as far as the programs look."""
    packet = bytearray((n * 7 + 3) & 255 for n in range(size))
    packet[12:15], packet[23], packet[36:38] = b"\x08\x00\x45", 17, b"\x12\x34"
    return bytes(packet)


ENTRIES: Final = tuple((n.to_bytes(4, "little"), bytes(8)) for n in range(256))
WORKLOADS: Final = (
    Workload("ALU loop", ALU, _packet(64), 20),
    Workload("1,500-byte checksum", CHECKSUM, _packet(1500), 3_000),
    Workload("hash lookup and atomic", LOOKUP, _packet(64), 150),
    Workload("XDP parse and count", COUNT, _packet(64), 100_000),
)
