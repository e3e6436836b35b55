"""What the end of a run means at its hook, also where the program did not come to its exit."""

from vm.change import Ended
from vm.kernel.hooks import Effect, HookPoint, Verdict

_FAULT = Verdict(
    -1, "fault", Effect.ABORTED, "The program did what no program may: a kernel would have crashed."
)
_STOPPED = Verdict(-1, "stopped", Effect.ABORTED, "The run was out of budget; Linux does not stop programs.")


def verdict_of(point: HookPoint, ended: Ended) -> Verdict:
    """The verdict; a run that faulted or was stopped aborts the packet."""
    match ended.how:
        case "exit":
            return point.verdict(ended.value)
        case "fault":
            return _FAULT
        case _:
            return _STOPPED


def named(point: HookPoint, value: int) -> str:
    """What a program that returns ``value`` says."""
    return point.verdict(value).name
