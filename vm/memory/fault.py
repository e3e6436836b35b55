"""A bad access, told precisely enough for a learner: what, where, which object, how far outside."""

from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """The kinds of run-time fault of an unverified program."""

    NULL = "null-dereference"
    WILD = "wild-pointer"
    BOUNDS = "out-of-bounds"
    READ_ONLY = "read-only"
    DEAD = "use-after-free"
    OPAQUE = "opaque-object"
    CONTEXT = "bad-context-access"
    BAD_INSTRUCTION = "bad-instruction"
    BAD_JUMP = "bad-jump"
    BAD_CALL = "bad-call"
    DEPTH = "call-depth"
    LOCK = "lock"


@dataclass(frozen=True, slots=True)
class Fault:
    """What went wrong. ``address`` and ``size`` describe the access; ``outside`` is how many bytes past the
    object's end (positive) or before its start (negative) it reached; ``object`` names the nearest one."""

    kind: FaultKind
    message: str
    address: int = 0
    size: int = 0
    write: bool = False
    object: str = ""
    outside: int = 0


class MachineFault(Exception):  # noqa: N818 - it is the guest that erred
    """Carries a Fault out of a memory access, a helper or a step to the machine, which records it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault
