"""Attachments: programs at a hook, and the text that says where: ``xdp:eth0``, ``kprobe/vfs_read``.

``HOOK[/SUBJECT][:TARGET]``: the hook is any name of ``vm.uapi.prog_types.HOOKS``; the subject (a tracepoint,
a function, an LSM hook) or the target (a device, a control group's path, a process' name) says which.
"""

from dataclasses import dataclass
from difflib import get_close_matches

from vm.program import Program
from vm.source import HookscopeError
from vm.uapi.prog_types import HOOKS, ProgType, Targets

_MODES = {"xdpgeneric": True, "xdpdrv": False}
"""What ip and bpftool call XDP behind the driver, and in it."""
DEVICE_HOOKS = ("xdp", "tc", "tc-egress", "tcx/ingress", "tcx/egress")
"""Hooks whose target is a device."""
_DEFAULT_TARGET = {
    **dict.fromkeys(DEVICE_HOOKS, "eth0"),
    "cgroup_skb/ingress": "/", "cgroup_skb/egress": "/",
}  # fmt: skip
_CGROUP_TYPES = frozenset(
    {
        ProgType.CGROUP_SKB, ProgType.CGROUP_SOCK, ProgType.CGROUP_SOCK_ADDR, ProgType.SOCK_OPS,
        ProgType.CGROUP_DEVICE, ProgType.CGROUP_SYSCTL, ProgType.CGROUP_SOCKOPT,
    }
)  # fmt: skip
_EXAMPLES = (
    "xdp:eth0, tc:eth0, cgroup_skb/ingress:/pods/web, tracepoint/syscalls/sys_enter_openat, kprobe/vfs_read"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where programs are attached: a hook by the name to show, and which one of its kind.

    ``target`` is a device id, a control group's path, a tracepoint (``syscalls/sys_enter_openat``), a
    function, an LSM hook, or a process' comm; "" every one. ``generic`` is XDP that runs behind the driver.
    """

    hook: str
    target: str
    generic: bool = False

    def __str__(self) -> str:
        name = "xdpgeneric" if self.generic else self.hook
        return f"{name}{_separator(self.hook)}{self.target}" if self.target else name


@dataclass(frozen=True, slots=True)
class Attachment:
    """Programs at a place: the first is run, the others are there for its tail calls."""

    programs: tuple[Program, ...]
    hook: str
    target: str = ""
    generic: bool = False

    @property
    def place(self) -> Place:
        """Where they are attached."""
        return Place(self.hook, self.target, self.generic)


def parse_place(text: str) -> Place:
    """Reads ``xdp:eth0`` and the like.

    Raises HookscopeError (``unknown-hook``, ``no-target``, ``bad-target``) with a suggestion.
    """
    head, _, target = text.strip().removeprefix("@").partition(":")
    generic = _MODES.get(head.lower(), False)
    hook, subject = _split("xdp" if head.lower() in _MODES else head)
    if hook is None:
        raise HookscopeError.of("unknown-hook", f"there is no hook {head!r}", _suggestion(head))
    row = HOOKS[hook]
    if subject and target:
        raise HookscopeError.of(
            "bad-target", f"{text!r} names both {subject!r} and {target!r}", f"say {row.name} of one thing"
        )
    found = subject or target or _default(row.name, row.prog_type)
    if not found and row.targets is not Targets.NONE:
        raise HookscopeError.of(
            "no-target", f"{row.name} of what?", f"say which, as in {_example(row.prog_type)}"
        )
    return Place(row.name, found, generic)


def split_attach(text: str) -> tuple[str, Place]:
    """Reads ``FILE@PLACE``: the file's name and the place; raises HookscopeError as ``parse_place`` does."""
    file, at, where = text.rpartition("@")
    if not at or not file:
        raise HookscopeError.of(
            "no-place",
            f"{text!r} does not say where to attach",
            f"write FILE@PLACE, with a place such as {_EXAMPLES}",
        )
    return file, parse_place(where)


def _split(head: str) -> tuple[str | None, str]:
    """The longest name of a hook that ``head`` begins with, and what is behind its slash."""
    name, subject = head, ""
    while name:
        if name.lower() in HOOKS:
            return name.lower(), subject
        name, _, last = name.rpartition("/")
        subject = f"{last}/{subject}" if subject else last
    return None, ""


def _default(name: str, prog_type: ProgType) -> str:
    return _DEFAULT_TARGET.get(name, "/" if prog_type in _CGROUP_TYPES else "")


def _separator(hook: str) -> str:
    return ":" if HOOKS[hook].targets is Targets.NONE else "/"


def _example(prog_type: ProgType) -> str:
    match prog_type:
        case ProgType.LSM:
            return "lsm/file_open"
        case ProgType.KPROBE:
            return "kprobe/vfs_read"
        case ProgType.RAW_TRACEPOINT:
            return "raw_tp/sched_switch"
        case _:
            return "tracepoint/syscalls/sys_enter_openat"


def _suggestion(head: str) -> str:
    close = get_close_matches(head.lower(), (*HOOKS, *_MODES), 1)
    return f"did you mean {close[0]}?" if close else f"places look like {_EXAMPLES}"
