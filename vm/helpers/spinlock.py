"""bpf_spin_lock in map values. One CPU runs here, so a lock that is taken twice would never be had."""

from typing import NoReturn

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.helper_ids import HelperId

HELD = "spin_lock.held"
"""The number that holds the address of the lock in hand, 0 for none."""


def spin_lock(call: HelperCall) -> int:
    """Takes the lock r1 points at."""
    held = call.get(HELD)
    if held:
        _fault(call, f"takes the lock at {call.r[0]:#x} while holding the one at {held:#x}: a deadlock")
    call.memory.write(call.r[0], (1).to_bytes(4, "little"))
    call.set(HELD, call.r[0])
    return 0


def spin_unlock(call: HelperCall) -> int:
    """Gives back the lock r1 points at."""
    if call.get(HELD) != call.r[0]:
        _fault(call, f"gives back the lock at {call.r[0]:#x} without holding it")
    call.memory.write(call.r[0], bytes(4))
    call.set(HELD, 0)
    return 0


def _fault(call: HelperCall, message: str) -> NoReturn:
    raise MachineFault(Fault(FaultKind.LOCK, message, call.r[0], 4, write=True))


ROWS = (
    Helper(
        HelperId.SPIN_LOCK,
        "void bpf_spin_lock(struct bpf_spin_lock *lock)",
        (Arg.SPIN_LOCK,),
        Ret.VOID,
        spin_lock,
        "Takes the lock inside a map value and waits until it is free. Only one lock may be held, no other "
        "helper called, and no return made before it is given back.",
    ),
    Helper(
        HelperId.SPIN_UNLOCK,
        "void bpf_spin_unlock(struct bpf_spin_lock *lock)",
        (Arg.SPIN_LOCK,),
        Ret.VOID,
        spin_unlock,
        "Gives back a lock taken by bpf_spin_lock.",
    ),
)
