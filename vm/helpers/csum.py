"""Helpers that compute and mend internet checksums."""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EFAULT, EINVAL, packet_of, read, u32
from vm.helpers.checksum import csum_add, csum_partial, csum_sub, fold16, replaced, replaced16, replaced_by
from vm.helpers.programs import LWT, TC_XDP, TC_XMIT
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.word import MASK16, MASK32

FIELD_MASK = 0xF
PSEUDO_HDR, MARK_MANGLED_0, MARK_ENFORCE, IPV6 = 0x10, 0x20, 0x40, 0x80
CHECKSUM_NONE, CHECKSUM_UNNECESSARY, CHECKSUM_COMPLETE = 0, 1, 2
LEVEL_QUERY, LEVEL_INC, LEVEL_DEC, LEVEL_RESET = range(4)


def csum_diff(call: HelperCall) -> int:
    """The sum of one block minus that of another."""
    old_size, new_size = u32(call, 2), u32(call, 4)
    old = read(call, 1, old_size) if old_size else b""
    new = read(call, 3, new_size) if new_size else b""
    seed = u32(call, 5)
    if old_size and new_size:
        total = csum_sub(csum_partial(new, seed), csum_partial(old, 0))
    elif old_size:
        total = ~csum_partial(old, ~seed & MASK32) & MASK32
    else:
        total = csum_partial(new, seed) if new_size else seed
    return fold16(total)


def _field(packet: PacketAccess, offset: int) -> int | None:
    """The 16-bit checksum at ``offset`` of the packet, or None where none can be."""
    data = packet.packet()
    if offset > MASK16 or offset & 1 or offset + 2 > len(data):
        return None
    return int.from_bytes(data[offset : offset + 2], "little")


def l3_csum_replace(call: HelperCall) -> int:
    """Mends an IP header checksum."""
    packet, offset, flags = packet_of(call), u32(call, 2), call.r[4]
    if flags & ~FIELD_MASK:
        return EINVAL
    before = _field(packet, offset)
    if before is None:
        return EFAULT
    match flags:
        case 0 if call.r[2] == 0:
            after = replaced_by(before, u32(call, 4))
        case 2:
            after = replaced16(before, call.r[2] & MASK16, call.r[3] & MASK16)
        case 4:
            after = replaced(before, u32(call, 3), u32(call, 4))
        case _:
            return EINVAL
    packet.put(offset, after.to_bytes(2, "little"))
    return 0


def l4_csum_replace(call: HelperCall) -> int:
    """Mends a TCP, UDP or ICMP checksum."""
    packet, offset, flags = packet_of(call), u32(call, 2), call.r[4]
    if flags & ~(FIELD_MASK | PSEUDO_HDR | MARK_MANGLED_0 | MARK_ENFORCE | IPV6):
        return EINVAL
    before = _field(packet, offset)
    if before is None:
        return EFAULT
    if flags & MARK_MANGLED_0 and not flags & MARK_ENFORCE and before == 0:
        return 0
    match flags & FIELD_MASK:
        case 0 if call.r[2] == 0:
            after = replaced_by(before, u32(call, 4))
        case 2:
            after = replaced(before, call.r[2] & MASK16, call.r[3] & MASK16)
        case 4:
            after = replaced(before, u32(call, 3), u32(call, 4))
        case _:
            return EINVAL
    if flags & MARK_MANGLED_0 and after == 0:
        after = MASK16
    packet.put(offset, after.to_bytes(2, "little"))
    return 0


def csum_update(call: HelperCall) -> int:
    """Adds to the sum a device delivered with the packet."""
    packet = packet_of(call)
    if packet.field("ip_summed") != CHECKSUM_COMPLETE:
        return -Errno.ENOTSUPP
    packet.set_field("csum", csum_add(packet.field("csum"), u32(call, 2)))
    return packet.field("csum")


def csum_level(call: HelperCall) -> int:
    """Changes how many checksums of nested headers count as checked."""
    packet = packet_of(call)
    checked, level = packet.field("ip_summed") == CHECKSUM_UNNECESSARY, packet.field("csum_level")
    match call.r[1]:
        case 0:
            return level if checked else -Errno.EACCES
        case 1 if checked:
            packet.set_field("csum_level", min(level + 1, 3))
        case 1:
            if packet.field("ip_summed") == CHECKSUM_NONE:
                packet.set_field("ip_summed", CHECKSUM_UNNECESSARY)
                packet.set_field("csum_level", 0)
        case 2 if checked and level:
            packet.set_field("csum_level", level - 1)
        case 2 | 3:
            reset_checked(packet)
        case _:
            return EINVAL
    return 0


def reset_checked(packet: PacketAccess) -> None:
    """Forgets that a device has checked the packet's checksums."""
    if packet.field("ip_summed") == CHECKSUM_UNNECESSARY:
        packet.set_field("ip_summed", CHECKSUM_NONE)


_REPLACE = (Arg.CTX, Arg.ANYTHING, Arg.ANYTHING, Arg.ANYTHING, Arg.ANYTHING)

ROWS = (
    Helper(
        HelperId.CSUM_DIFF,
        "s64 bpf_csum_diff(__be32 *from, u32 from_size, __be32 *to, u32 to_size, __wsum seed)",
        (
            Arg.MEM_RDONLY_OR_NULL,
            Arg.CONST_SIZE_OR_ZERO,
            Arg.MEM_RDONLY_OR_NULL,
            Arg.CONST_SIZE_OR_ZERO,
            Arg.ANYTHING,
        ),
        Ret.INTEGER,
        csum_diff,
        "The checksum difference between two blocks of memory, added to a seed: give only from for bytes "
        "taken away, only to for bytes added. The result fits bpf_l3_csum_replace and bpf_l4_csum_replace "
        "with size 0.",
        TC_XDP | LWT,
        packet_args=True,
    ),
    Helper(
        HelperId.L3_CSUM_REPLACE,
        "long bpf_l3_csum_replace(struct sk_buff *skb, u32 offset, u64 from, u64 to, u64 size)",
        _REPLACE,
        Ret.INTEGER,
        l3_csum_replace,
        "Mends the IP header checksum at an offset after a field of size 2 or 4 changed from one value to "
        "another. With size 0, to is the result of bpf_csum_diff.",
        TC_XMIT,
        changes_packet=True,
    ),
    Helper(
        HelperId.L4_CSUM_REPLACE,
        "long bpf_l4_csum_replace(struct sk_buff *skb, u32 offset, u64 from, u64 to, u64 flags)",
        _REPLACE,
        Ret.INTEGER,
        l4_csum_replace,
        "Mends the TCP, UDP or ICMP checksum at an offset; the low bits of flags are the field's size as for "
        "bpf_l3_csum_replace. BPF_F_PSEUDO_HDR says that the field is part of the pseudo header, "
        "BPF_F_MARK_MANGLED_0 that a UDP checksum of 0 means none.",
        TC_XMIT,
        changes_packet=True,
    ),
    Helper(
        HelperId.CSUM_UPDATE,
        "s64 bpf_csum_update(struct sk_buff *skb, __wsum csum)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        csum_update,
        "Adds to the sum the device delivered with the packet, after the packet was changed directly; "
        "-ENOTSUPP where there is no such sum.",
        TC_XMIT,
    ),
    Helper(
        HelperId.CSUM_LEVEL,
        "long bpf_csum_level(struct sk_buff *skb, u64 level)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        csum_level,
        "Raises, lowers, resets or asks how many nested checksums the kernel takes for checked, for use with "
        "bpf_skb_adjust_room.",
        TC_XMIT,
    ),
)
