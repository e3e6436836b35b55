"""Helpers that follow the kernel's own structures: a file's path, sockets by their kind; and user memory."""

from collections.abc import Callable

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EFAULT, clear, u32, write
from vm.helpers.probe_read import user
from vm.helpers.programs import callers
from vm.helpers.strings import string_at
from vm.memory.fault import MachineFault
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.kernel_members import member

MAX_PATH, MAX_DEPTH = 4096, 256
_NAME = 255
_TCP, _UDP, _INET, _INET6 = 6, 17, 2, 10


def _member(call: HelperCall, address: int, struct: str, path: str) -> int:
    """A number, or pointer, of a structure of the kernel; 0 where it cannot be read."""
    place = member(struct, path)
    if place is None or not address:
        return 0
    try:
        return int.from_bytes(call.memory.read(address + place.offset, place.size), "little")
    except MachineFault:
        return 0


def d_path(call: HelperCall) -> int:
    """The whole path of a file."""
    size = u32(call, 3)
    if not size:
        return 0
    entry, names = _member(call, call.r[0], "path", "dentry"), list[bytes]()
    for _ in range(MAX_DEPTH):
        parent = _member(call, entry, "dentry", "d_parent")
        if not parent:
            break
        name = string_at(call, _member(call, entry, "dentry", "d_name.name"), _NAME) or b"\0"
        names.append(name.rstrip(b"\0"))
        entry = parent
    text = b"/" + b"/".join(reversed(names)) + b"\0"
    if len(text) > min(size, MAX_PATH):
        return -Errno.ENAMETOOLONG
    write(call, 2, text)
    return len(text)


def copy_from_user(call: HelperCall) -> int:
    """Copies memory of the process, waiting for it where it has to be fetched."""
    size = u32(call, 2)
    found = user(call, call.r[2], size)
    if isinstance(found, int):
        clear(call, 1, size)
        return EFAULT
    write(call, 1, found)
    return 0


def _cast(protocol: int, family: int = 0) -> Callable[[HelperCall], int]:
    def run(call: HelperCall) -> int:
        """The same socket, where it is of that kind."""
        sk = call.r[0]
        if _member(call, sk, "sock", "sk_protocol") != protocol:
            return 0
        return sk if not family or _member(call, sk, "sock", "__sk_common.skc_family") == family else 0

    return run


def _cast_row(number: HelperId, struct: str, run: Callable[[HelperCall], int], what: str) -> Helper:
    return Helper(
        number,
        f"struct {struct} *bpf_{number.name.lower()}(void *sk)",
        (Arg.BTF_SOCK_COMMON,),
        Ret.BTF_ID_OR_NULL,
        run,
        f"The socket as the kernel's struct {struct}, where it is {what}; else null. Only pointers to the "
        "kernel's own structures can be followed here.",
        callers(number),
    )


ROWS = (
    Helper(
        HelperId.D_PATH,
        "long bpf_d_path(struct path *path, char *buf, u32 sz)",
        (Arg.BTF_ID, Arg.MEM_WRITE, Arg.CONST_SIZE_OR_ZERO),
        Ret.INTEGER,
        d_path,
        "Writes the whole path of a file, such as &file->f_path, and answers its length with the final 0; "
        "-ENAMETOOLONG where it does not fit. Only some kernel functions and security hooks allow it.",
        callers(HelperId.D_PATH),
    ),
    Helper(
        HelperId.COPY_FROM_USER,
        "long bpf_copy_from_user(void *dst, u32 size, const void *user_ptr)",
        (Arg.UNINIT_MEM, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING),
        Ret.INTEGER,
        copy_from_user,
        "Copies memory of the running process; programs that may sleep can call it. Where it cannot be read "
        "dst is zeroed, and the answer is -EFAULT.",
        callers(HelperId.COPY_FROM_USER),
    ),
    _cast_row(HelperId.SKC_TO_TCP_SOCK, "tcp_sock", _cast(_TCP), "a TCP socket"),
    _cast_row(HelperId.SKC_TO_TCP6_SOCK, "tcp6_sock", _cast(_TCP, _INET6), "a TCP socket of IPv6"),
    _cast_row(HelperId.SKC_TO_UDP6_SOCK, "udp6_sock", _cast(_UDP, _INET6), "a UDP socket of IPv6"),
)
