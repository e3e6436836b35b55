"""What control groups say to settings, device files and socket options. Facts: kernel/bpf/cgroup.c."""

from vm.kernel.hooks.point import Effect, HookPoint, Verdict
from vm.uapi.prog_types import HOOKS as NAMES

_FILE = "kernel/bpf/cgroup.c"
_RANGE = "The verifier accepts no other value."


def _answers(no: str, yes: str) -> tuple[Verdict, ...]:
    return Verdict(0, "deny", Effect.DENY, no), Verdict(1, "allow", Effect.PASS, yes)


def _point(
    name: str, title: str, station: str, function: str, doc: str, verdicts: tuple[Verdict, ...]
) -> HookPoint:
    other = Verdict(-1, "allow", Effect.PASS, _RANGE)
    return HookPoint(
        NAMES[name], title, station, function, _FILE, doc, verdicts, other, range(2)
    )  # fmt: skip


CONTROL_POINTS = (
    _point("cgroup/getsockopt", "getsockopt(2)", "sockopt", "__cgroup_bpf_run_filter_getsockopt",
           "The kernel has answered for an option of a socket: the program may change value and result.",
           _answers("getsockopt(2) fails with EPERM, unless bpf_set_retval chose another error.",
                    "The process gets the value and the result as the program left them.")),
    _point("cgroup/setsockopt", "setsockopt(2)", "sockopt", "__cgroup_bpf_run_filter_setsockopt",
           "A process sets an option of a socket: the program may change which, its value, or do it itself.",
           _answers("setsockopt(2) fails with EPERM, unless bpf_set_retval chose another error.",
                    "The kernel sets what the program left; where optlen is -1 it does nothing more.")),
    _point("cgroup/dev", "device files", "device", "__cgroup_bpf_check_dev_permission",
           "A process of the control group opens or makes a device file.",
           _answers("open(2) or mknod(2) fails with EPERM.", "It goes on.")),
    _point("cgroup/sysctl", "/proc/sys", "sysctl", "__cgroup_bpf_run_filter_sysctl",
           "A process of the control group reads or writes a setting of the kernel.",
           _answers("read(2) or write(2) fails with EPERM.",
                    "It goes on, with the value bpf_sysctl_set_new_value gave, if it did.")),
)  # fmt: skip
"""Hooks at what processes ask of the kernel beside the network."""
