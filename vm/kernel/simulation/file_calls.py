"""System calls on files: what each asks, does, and answers."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from vm.kernel.simulation.calls import Call, Handler
from vm.kernel.simulation.guarded_files import SETTINGS, may_open, transferred
from vm.kernel.simulation.process_calls import drop_socket
from vm.uapi.errno import Errno

_MAY_READ, _MAY_WRITE = 4, 2
"""MAY_READ and MAY_WRITE (linux/fs.h)."""
_O_CREAT, _MASKS = 0o100, (_MAY_READ, _MAY_WRITE, _MAY_READ | _MAY_WRITE, _MAY_READ | _MAY_WRITE)


def _open(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("do_sys_openat2", call.number(0) if path_at else -100, path, 0)
        call.through("vfs_open", path, path)
        flags = call.number(path_at + 1)
        refused = may_open(call, path, flags)
        if flags & _O_CREAT:
            refused = refused or call.allows("inode_create", _folder(path), path, call.number(path_at + 2))
        refused = refused or call.allows("inode_permission", path, _MASKS[flags & 3])
        if not refused:
            call.through("security_file_open", path)
            refused = call.allows("file_open", path)
        return refused or call.opened(path)

    return run


def _file_of(call: Call) -> str:
    found = call.process.files.get(call.number(0))
    return found if isinstance(found, str) else f"fd {call.number(0)}"


def _transfer(function: str, mask: int) -> Handler:
    def run(call: Call) -> int:
        path, count = _file_of(call), call.number(2)
        refused = call.allows("file_permission", path, mask)
        if refused:
            return refused
        given = call.args[1] if len(call.args) > 1 else 0
        call.through(function, path, given, count, 0)
        if path.startswith(SETTINGS):
            value = given.encode() if isinstance(given, str) else given if isinstance(given, bytes) else b""
            return transferred(call, path, value, write=mask == _MAY_WRITE)
        return call.answer(count)

    return run


def _close(call: Call) -> int:
    fd = call.number(0)
    what = call.process.files.get(fd)
    if what is None:
        return call.answer(-Errno.EBADF)
    call.through("filp_close", what if isinstance(what, str) else 0, 0)
    call.update(replace(call.process, files={n: f for n, f in call.process.files.items() if n != fd}))
    if isinstance(what, int):
        drop_socket(call.k, what, call.pid)
    return call.answer()


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _unlink(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path = call.path(path_at)
        call.through("do_unlinkat", call.number(0) if path_at else -100, path)
        refused = call.allows("path_unlink", _folder(path), path)
        refused = refused or call.allows("inode_unlink", _folder(path), path)
        if not refused:
            call.through("vfs_unlink", 0, _folder(path), path, 0)
        return refused or call.answer()

    return run


def _mkdir(path_at: int) -> Handler:
    def run(call: Call) -> int:
        path, mode = call.path(path_at), call.number(path_at + 1)
        refused = call.allows("path_mkdir", _folder(path), path, mode)
        refused = refused or call.allows("inode_mkdir", _folder(path), path, mode)
        if not refused:
            call.through("vfs_mkdir", 0, _folder(path), path, mode)
        return refused or call.answer()

    return run


def _rename(old_at: int, new_at: int) -> Handler:
    def run(call: Call) -> int:
        old, new = call.path(old_at), call.path(new_at)
        places = (_folder(old), old, _folder(new), new)
        refused = call.allows("path_rename", *places, 0) or call.allows("inode_rename", *places)
        if not refused:
            call.through("vfs_rename", 0)
        return refused or call.answer()

    return run


def _asks(hook: str, *at: int) -> Handler:
    """A call that only security modules have a say in: their hook gets those arguments."""

    def run(call: Call) -> int:
        args = [call.args[n] if n < len(call.args) else 0 for n in at]
        return call.allows(hook, *args) or call.answer()

    return run


def _changes(asks: Handler, path_at: int) -> Handler:
    """A call that changes a file's properties: the inode is asked about as well."""

    def run(call: Call) -> int:
        return call.allows("inode_setattr", 0, call.path(path_at), 0) or asks(call)

    return run


def _link(old_at: int, new_at: int) -> Handler:
    def run(call: Call) -> int:
        old, new = call.path(old_at), call.path(new_at)
        return call.allows("path_link", old, _folder(new), new) or call.answer()

    return run


def _symlink(old_at: int, new_at: int) -> Handler:
    def run(call: Call) -> int:
        old, new = call.path(old_at), call.path(new_at)
        return call.allows("path_symlink", _folder(new), new, old) or call.answer()

    return run


def _fsync(call: Call) -> int:
    call.through("vfs_fsync_range", _file_of(call), 0, (1 << 63) - 1, 0)
    return call.answer()


FILE_CALLS: Mapping[str, Handler] = MappingProxyType(
    {
        "open": _open(0), "openat": _open(1), "openat2": _open(1),
        "read": _transfer("vfs_read", _MAY_READ), "pread64": _transfer("vfs_read", _MAY_READ),
        "write": _transfer("vfs_write", _MAY_WRITE), "pwrite64": _transfer("vfs_write", _MAY_WRITE),
        "fsync": _fsync, "close": _close,
        "unlink": _unlink(0), "unlinkat": _unlink(1), "mkdir": _mkdir(0), "mkdirat": _mkdir(1),
        "rename": _rename(0, 1), "renameat": _rename(1, 3), "renameat2": _rename(1, 3),
        "chmod": _changes(_asks("path_chmod", 0, 1), 0), "fchmodat": _changes(_asks("path_chmod", 1, 2), 1),
        "chown": _changes(_asks("path_chown", 0, 1, 2), 0),
        "fchownat": _changes(_asks("path_chown", 1, 2, 3), 1),
        "link": _link(0, 1), "symlink": _symlink(0, 1), "truncate": _asks("file_truncate", 0),
        "newfstatat": _asks("inode_getattr", 1), "statx": _asks("inode_getattr", 1),
        "mmap": _asks("mmap_file", 4, 2, 2, 3), "mprotect": _asks("file_mprotect", 0, 2, 2),
        "umount": _asks("sb_umount", 0, 1),
        "bpf": _asks("bpf", 0, 1, 2),
        "mount": _asks("sb_mount", 0, 1, 2, 3), "ioctl": _asks("file_ioctl", 0, 1, 2),
    }
)  # fmt: skip
"""Calls on files and processes by name; those in no table are told of, and return what the event says."""
