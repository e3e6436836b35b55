"""What the rows of tracepoints, kernel functions and security hooks have in common."""

from typing import NamedTuple


class TraceRow(NamedTuple):
    """A place to attach to: its name, what happens there, and the kernel function and file it stands for."""

    name: str
    doc: str
    function: str
    file: str


class Syscall(NamedTuple):
    """A system call with tracepoints at its entry and exit, and its number on x86-64."""

    name: str
    number: int
    doc: str
    file: str
