"""Sample events for what control groups say to device files, settings and socket options."""

from vm.kernel.context.control import device_event, option_event, setting_event
from vm.kernel.context.inputs import HookInput
from vm.kernel.sample_values import SOCKETS
from vm.uapi.attach_types import AttachType

_DEVICES = (("/dev/null", 1, 3, 2), ("/dev/sda", 8, 0, 4), ("/dev/urandom", 1, 9, 2))
_SETTINGS = (
    ("net/ipv4/ip_forward", b"1\n", None),
    ("kernel/hostname", b"shop\n", b"web\n"),
    ("vm/swappiness", b"60\n", b"10\n"),
)
_OPTIONS = ((1, 9, 1), (6, 1, 1), (1, 8, 425_984))
"""SO_KEEPALIVE, TCP_NODELAY, SO_RCVBUF."""


def controlled(hook: str, n: int) -> tuple[str, HookInput]:
    """What happens, in words, and what programs at the hook are given."""
    match hook:
        case "cgroup/dev":
            path, major, minor, access = _DEVICES[n]
            block = path == "/dev/sda"
            return f"opens {path}", device_event(major, minor, access, block=block)
        case "cgroup/sysctl":
            name, now, new = _SETTINGS[n]
            words = f"reads {name}" if new is None else f"writes {new.decode().strip()} to {name}"
            return words, setting_event(name, now, new)
        case _:
            level, option, value = _OPTIONS[n]
            kind = AttachType.CGROUP_SETSOCKOPT
            if hook == "cgroup/getsockopt":
                kind = AttachType.CGROUP_GETSOCKOPT
            words = f"{hook.partition('/')[2]}(fd, {level}, {option})"
            return words, option_event(kind, SOCKETS[n], level, option, value.to_bytes(4, "little"))
