"""Files that control groups have a say in: device files, and settings under /proc/sys."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from vm.kernel.context.control import READ, WRITE, device_event, setting_event
from vm.kernel.simulation.calls import Call
from vm.uapi.errno import Errno

SETTINGS = "/proc/sys/"
MAX_SETTING = 4_096
"""Bytes of a setting's value that programs see (PAGE_SIZE)."""
_ACCESS = {0: READ, 1: WRITE, 2: READ | WRITE}


class DeviceFile(NamedTuple):
    """The numbers of a device file (Documentation/admin-guide/devices.txt)."""

    major: int
    minor: int
    block: bool = False


DEVICE_FILES: Mapping[str, DeviceFile] = MappingProxyType(
    {
        "/dev/mem": DeviceFile(1, 1), "/dev/null": DeviceFile(1, 3), "/dev/zero": DeviceFile(1, 5),
        "/dev/full": DeviceFile(1, 7), "/dev/random": DeviceFile(1, 8), "/dev/urandom": DeviceFile(1, 9),
        "/dev/kmsg": DeviceFile(1, 11), "/dev/tty": DeviceFile(5, 0), "/dev/console": DeviceFile(5, 1),
        "/dev/ptmx": DeviceFile(5, 2), "/dev/loop0": DeviceFile(7, 0, block=True),
        "/dev/sda": DeviceFile(8, 0, block=True), "/dev/sda1": DeviceFile(8, 1, block=True),
        "/dev/net/tun": DeviceFile(10, 200), "/dev/fuse": DeviceFile(10, 229),
        "/dev/kvm": DeviceFile(10, 232),
    }
)  # fmt: skip
DEFAULTS: Mapping[str, bytes] = MappingProxyType(
    {
        "kernel/hostname": b"shop\n", "kernel/pid_max": b"4194304\n", "kernel/randomize_va_space": b"2\n",
        "net/core/somaxconn": b"4096\n", "net/ipv4/ip_forward": b"1\n", "net/ipv4/tcp_syncookies": b"0\n",
        "net/ipv4/tcp_rmem": b"4096\t131072\t6291456\n",
        "vm/overcommit_memory": b"0\n", "vm/swappiness": b"60\n",
    }
)  # fmt: skip
"""What settings say before anybody writes them; others say 0."""


def may_open(call: Call, path: str, flags: int) -> int:
    """What programs say to the opening of a device file: 0, or an error (devcgroup_check_permission)."""
    found = DEVICE_FILES.get(path)
    k = call.k
    if found is None or "cgroup/dev" not in k.attached.by_name:
        return 0
    what = device_event(found.major, found.minor, _ACCESS.get(flags & 3, READ), block=found.block)
    return k.attached.probes.group_allows(k, "cgroup/dev", what, call.pid, path)


def transferred(call: Call, path: str, value: bytes, *, write: bool) -> int:
    """A setting is read or written: what the call answers (proc_sys_call_handler)."""
    k, name = call.k, path.removeprefix(SETTINGS)
    current = k.tables.settings.get(name, DEFAULTS.get(name, b"0\n"))
    new = value[:MAX_SETTING] if write else None
    for runner in k.attached.cgroup(k.tables, "cgroup/sysctl", call.pid):
        run = k.execute(runner, setting_event(name, current, new), k.event_for(None))
        refused = k.attached.probes.decided(k, runner, run, f"{'write' if write else 'read'} {name}")
        if refused:
            return refused
        fields = runner.world.fields
        size = fields.get("sysctl_set.size", 0)
        if new is not None and size:
            new = runner.world.memory.read(fields["sysctl_set"], size)
    if new is None:
        return call.answer(len(current))
    if len(k.tables.settings) >= MAX_SETTING:
        return -Errno.ENOMEM
    k.tables.settings[name] = new
    return call.answer(len(value))
