"""Helpers of XDP programs: moving the bounds of a frame, copying its bytes.

A frame longer than a page has its rest in fragments, which only the copying helpers reach (``frags_len``
bytes in pages of 4,096).
"""

from vm.helpers.api import Arg, Helper, HelperCall, PacketAccess, Ret
from vm.helpers.arguments import EFAULT, EINVAL, packet_of, read, s32, u32, write
from vm.helpers.programs import XDP
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

FRAME_HEADER = 40
"""Bytes at the start of the buffer where the kernel will put struct xdp_frame."""
ETHERNET = 14
META_MAX = 252
"""Longest metadata: its length must fit a byte and be a multiple of 4."""
PAGE = 4096


def xdp_adjust_head(call: HelperCall) -> int:
    """Moves the start of the frame; metadata before it moves along."""
    frame, offset = packet_of(call), s32(call, 2)
    meta, data, end = frame.bounds()
    start = data + offset
    if start < FRAME_HEADER + data - meta or start > end - ETHERNET:
        return EINVAL
    metadata = frame.read(meta, data)
    frame.write(meta + offset, metadata)
    frame.move(meta + offset, start, end)
    return 0


def xdp_adjust_meta(call: HelperCall) -> int:
    """Moves the start of the metadata."""
    frame = packet_of(call)
    meta, data, end = frame.bounds()
    start = meta + s32(call, 2)
    if not FRAME_HEADER <= start <= data:
        return EINVAL
    if (data - start) % 4 or data - start > META_MAX:
        return -Errno.EACCES
    frame.move(start, data, end)
    return 0


def xdp_adjust_tail(call: HelperCall) -> int:
    """Moves the end of the frame; new bytes are 0."""
    frame, offset = packet_of(call), s32(call, 2)
    if frame.field("frags_len"):
        return _shrink_fragments(frame, -offset) if offset < 0 else _grow_fragments(frame, offset)
    meta, data, end = frame.bounds()
    if offset > frame.tailroom or end + offset < data + ETHERNET:
        return EINVAL
    if offset > 0:
        frame.write(end, bytes(offset))
    frame.move(meta, data, end + offset)
    return 0


def _shrink_fragments(frame: PacketAccess, count: int) -> int:
    meta, data, end = frame.bounds()
    in_fragments = frame.field("frags_len")
    if count > end - data + in_fragments - ETHERNET:
        return EINVAL
    taken = min(count, in_fragments)
    frame.set_field("frags_len", in_fragments - taken)
    frame.move(meta, data, end - (count - taken))
    return 0


def _grow_fragments(frame: PacketAccess, count: int) -> int:
    before = frame.field("frags_len")
    if count > -before % PAGE:
        return EINVAL
    _, data, end = frame.bounds()
    frame.set_field("frags_len", before + count)
    frame.put(end - data + before, bytes(count))
    return 0


def xdp_get_buff_len(call: HelperCall) -> int:
    """The length of the whole frame."""
    return len(packet_of(call).packet())


def _out_of_frame(frame: PacketAccess, offset: int, size: int) -> int:
    """0, or the error for bytes that do not lie in the frame."""
    if offset > 0xFFFF or size > 0xFFFF:
        return EFAULT
    return EINVAL if offset + size > len(frame.packet()) else 0


def xdp_load_bytes(call: HelperCall) -> int:
    """Copies bytes out of the frame."""
    frame, offset, size = packet_of(call), u32(call, 2), u32(call, 4)
    error = _out_of_frame(frame, offset, size)
    if not error:
        write(call, 3, frame.packet()[offset : offset + size])
    return error


def xdp_store_bytes(call: HelperCall) -> int:
    """Copies bytes into the frame."""
    frame, offset, size = packet_of(call), u32(call, 2), u32(call, 4)
    error = _out_of_frame(frame, offset, size)
    if not error:
        frame.put(offset, read(call, 3, size))
    return error


ROWS = (
    Helper(
        HelperId.XDP_ADJUST_HEAD,
        "long bpf_xdp_adjust_head(struct xdp_buff *xdp_md, int delta)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        xdp_adjust_head,
        "Moves the start of the frame: a negative delta makes room for a header to push, a positive one "
        "pops one. At most 216 bytes of headroom can be used, and an Ethernet header must remain; else "
        "-EINVAL.",
        XDP,
        changes_packet=True,
    ),
    Helper(
        HelperId.XDP_ADJUST_META,
        "long bpf_xdp_adjust_meta(struct xdp_buff *xdp_md, int delta)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        xdp_adjust_meta,
        "Moves the start of the metadata before the frame, which a tc program can read later. Its length "
        "must be a multiple of 4 (-EACCES) and fit the headroom (-EINVAL).",
        XDP,
        changes_packet=True,
    ),
    Helper(
        HelperId.XDP_ADJUST_TAIL,
        "long bpf_xdp_adjust_tail(struct xdp_buff *xdp_md, int delta)",
        (Arg.CTX, Arg.ANYTHING),
        Ret.INTEGER,
        xdp_adjust_tail,
        "Moves the end of the frame: a negative delta cuts, a positive one adds zero bytes as far as the "
        "page has room. An Ethernet header must remain; else -EINVAL.",
        XDP,
        changes_packet=True,
    ),
    Helper(
        HelperId.XDP_GET_BUFF_LEN,
        "u64 bpf_xdp_get_buff_len(struct xdp_buff *xdp_md)",
        (Arg.CTX,),
        Ret.INTEGER,
        xdp_get_buff_len,
        "The length of the whole frame, fragments included; data_end - data is only the first page's part.",
        XDP | {ProgType.SYSCALL},
    ),
    Helper(
        HelperId.XDP_LOAD_BYTES,
        "long bpf_xdp_load_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)",
        (Arg.CTX, Arg.ANYTHING, Arg.UNINIT_MEM, Arg.CONST_SIZE),
        Ret.INTEGER,
        xdp_load_bytes,
        "Copies bytes of the frame, also from fragments, to memory; -EINVAL where the frame has no such "
        "bytes.",
        XDP,
    ),
    Helper(
        HelperId.XDP_STORE_BYTES,
        "long bpf_xdp_store_bytes(struct xdp_buff *xdp_md, u32 offset, void *buf, u32 len)",
        (Arg.CTX, Arg.ANYTHING, Arg.MEM_RDONLY, Arg.CONST_SIZE),
        Ret.INTEGER,
        xdp_store_bytes,
        "Copies memory into the frame, also into fragments; -EINVAL where the frame has no such bytes.",
        XDP,
    ),
)
