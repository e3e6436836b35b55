"""What the end of a run means at its hook, also where the program did not come to an exit."""

from vm.change import Ended
from vm.kernel.hooks import Effect, HookPoint, Verdict

_NOT_AN_EXIT = {"fault": "fault", "budget": "stopped"}


def verdict_of(point: HookPoint, ended: Ended) -> Verdict:
    """The verdict; a run that faulted or was stopped aborts the packet."""
    if ended.how in _NOT_AN_EXIT:
        return Verdict(-1, _NOT_AN_EXIT[ended.how], Effect.ABORTED, "The run did not end by itself.")
    return point.verdict(ended.value)


def named(point: HookPoint, value: int) -> str:
    """The name of a return value, as the sentence at ``exit`` says it."""
    return point.verdict(value).name
