"""Helpers that ask for the running task and its control group; both come from the event."""

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import room, s32, u32, write
from vm.uapi.helper_ids import HelperId
from vm.word import MASK32

COMM_SIZE = 16
"""Bytes the kernel keeps of a task's name, its final 0 included (TASK_COMM_LEN)."""
ROOT_CGROUP = 1
TASK_ADDRESS = 0xFFFF_8881_0000_4000
"""Where the running task's structure lies: outside of everything a program can read."""


def get_current_pid_tgid(call: HelperCall) -> int:
    """Thread group in the upper, thread in the lower half."""
    task = call.event.task
    return (task.tgid & MASK32) << 32 | task.pid & MASK32


def get_current_uid_gid(call: HelperCall) -> int:
    """Group in the upper, user in the lower half."""
    task = call.event.task
    return (task.gid & MASK32) << 32 | task.uid & MASK32


def get_current_comm(call: HelperCall) -> int:
    """Writes the task's name, cut and filled up with zeros."""
    size = u32(call, 2)
    room(call, 1, size)
    name = call.event.task.comm.encode()[: COMM_SIZE - 1]
    write(call, 1, name[: size - 1].ljust(size, b"\0") if size else b"")
    return 0


def get_current_task(call: HelperCall) -> int:
    """Where the task's structure lies; at hooks of packets, an address that only shows that there is one."""
    return call.get("task", TASK_ADDRESS)


def get_current_cgroup_id(call: HelperCall) -> int:
    """The task's control group."""
    return call.event.task.cgroup_id


def ancestor_cgroup(cgroup: int, level: int) -> int:
    """The ancestor of ``cgroup`` at ``level``, or 0: modeled groups are the root or its children."""
    path = (ROOT_CGROUP,) if cgroup == ROOT_CGROUP else (ROOT_CGROUP, cgroup)
    return path[level] if 0 <= level < len(path) else 0


def get_current_ancestor_cgroup_id(call: HelperCall) -> int:
    """The ancestor of the task's control group at a level."""
    return ancestor_cgroup(call.event.task.cgroup_id, s32(call, 1))


def get_cgroup_classid(_: HelperCall) -> int:
    """No net_cls class is ever set."""
    return 0


ROWS = (
    Helper(
        HelperId.GET_CURRENT_PID_TGID,
        "u64 bpf_get_current_pid_tgid(void)",
        (),
        Ret.INTEGER,
        get_current_pid_tgid,
        "The running task: its thread group (the process a user knows) in the upper, its thread in the "
        "lower half.",
    ),
    Helper(
        HelperId.GET_CURRENT_UID_GID,
        "u64 bpf_get_current_uid_gid(void)",
        (),
        Ret.INTEGER,
        get_current_uid_gid,
        "Whose task is running: the group in the upper, the user in the lower half.",
    ),
    Helper(
        HelperId.GET_CURRENT_COMM,
        "long bpf_get_current_comm(void *buf, u32 size_of_buf)",
        (Arg.UNINIT_MEM, Arg.CONST_SIZE),
        Ret.INTEGER,
        get_current_comm,
        "Copies the running task's name, at most 15 characters, and fills the rest of the buffer with zeros.",
    ),
    Helper(
        HelperId.GET_CURRENT_TASK,
        "u64 bpf_get_current_task(void)",
        (),
        Ret.INTEGER,
        get_current_task,
        "The address of the running task's structure in the kernel, as a plain number.",
        gpl_only=True,
    ),
    Helper(
        HelperId.GET_CURRENT_CGROUP_ID,
        "u64 bpf_get_current_cgroup_id(void)",
        (),
        Ret.INTEGER,
        get_current_cgroup_id,
        "The number of the control group the running task is in.",
    ),
    Helper(
        HelperId.GET_CURRENT_ANCESTOR_CGROUP_ID,
        "u64 bpf_get_current_ancestor_cgroup_id(int ancestor_level)",
        (Arg.ANYTHING,),
        Ret.INTEGER,
        get_current_ancestor_cgroup_id,
        "The number of the control group above the running task's at a level, counted from the root; 0 if "
        "none.",
    ),
    Helper(
        HelperId.GET_CGROUP_CLASSID,
        "u32 bpf_get_cgroup_classid(struct sk_buff *skb)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_cgroup_classid,
        "The class a net_cls control group gave to the packet's sender, or 0.",
    ),
)
