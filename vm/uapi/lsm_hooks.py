"""The modeled security hooks: what the kernel asks its security modules, BPF among them.

Their arguments are recorded from Linux 6.18 (``vm.uapi.tracing``). Facts: include/linux/lsm_hook_defs.h and
security/security.c; each is asked by the function of the same name with ``security_`` in front.
"""

from typing import Final

from vm.uapi.trace_rows import TraceRow

_FILE: Final = "security/security.c"


def _row(name: str, doc: str) -> TraceRow:
    return TraceRow(name, doc, f"security_{name}", _FILE)


LSM_ROWS: Final = (
    _row("file_open", "May this file be opened?"),
    _row("file_permission", "May an open file be read or written?"),
    _row("file_ioctl", "May a device be asked this?"),
    _row("file_mprotect", "May this be done with the memory?"),
    _row("file_truncate", "May an open file be cut?"),
    _row("mmap_file", "May this file be mapped into memory?"),
    _row("bprm_check_security", "May this program be run?"),
    _row("bprm_creds_for_exec", "With which rights would a program run?"),
    _row("task_alloc", "May a task be made?"),
    _row("task_kill", "May a signal be sent to this process?"),
    _row("task_fix_setuid", "May a task change its user?"),
    _row("task_setnice", "May a task's priority be changed?"),
    _row("ptrace_access_check", "May a process look into another?"),
    _row("ptrace_traceme", "May the parent look into this process?"),
    _row("capable", "Has a task this capability?"),
    _row("socket_create", "May a socket be made?"),
    _row("socket_bind", "May a socket get this address?"),
    _row("socket_connect", "May a socket be connected to this address?"),
    _row("socket_listen", "May a socket take connections?"),
    _row("socket_accept", "May a waiting connection be taken?"),
    _row("socket_sendmsg", "May a message be sent?"),
    _row("socket_recvmsg", "May a message be received?"),
    _row("path_unlink", "May a file be removed, by its path?"),
    _row("path_mkdir", "May a directory be made, by its path?"),
    _row("path_rename", "May a file be renamed, by its path?"),
    _row("path_chmod", "May the mode of a file be changed, by its path?"),
    _row("path_chown", "May the owner of a file be changed, by its path?"),
    _row("path_link", "May a file get another name, by its path?"),
    _row("path_symlink", "May a symbolic link be made, by its path?"),
    _row("inode_create", "May a file be made?"),
    _row("inode_mkdir", "May a directory be made?"),
    _row("inode_unlink", "May a file be removed?"),
    _row("inode_rename", "May a file be renamed?"),
    _row("inode_setattr", "May properties of a file be changed?"),
    _row("inode_getattr", "May properties of a file be read?"),
    _row("inode_permission", "May an inode be read, written or searched?"),
    _row("sb_mount", "May a file system be mounted?"),
    _row("sb_umount", "May a file system be unmounted?"),
    _row("move_mount", "May a mount be moved?"),
    _row("settime", "May the clock be set?"),
    _row("perf_event_open", "May a performance counter be opened?"),
    _row("kernel_module_request", "May a kernel module be loaded when it is needed?"),
    _row("kernel_read_file", "May the kernel read this file, such as a module?"),
    _row("locked_down", "May this be done while the kernel is locked down?"),
    _row("bpf", "May this bpf(2) command be given?"),
)
