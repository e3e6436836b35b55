"""Runs by native code, in a confined process, as far as that goes on this machine."""

from functools import cache
from types import TracebackType

from vm.change import Ended
from vm.jit.runner.runner import Runner, RunnerDiedError, unavailable
from vm.kernel.native_batch import BatchResult, can_batch, run_batch
from vm.kernel.native_run import NativeRun
from vm.kernel.python_run import GENERATED
from vm.kernel.scenario import Setup
from vm.machine.machine import Machine

_NO_END = 1 << 62


class Native:
    """Native code in a confined process, started when first needed; a context manager that ends it.

    Where no runner can be had (``why_not`` says why) it is generated Python; where one dies, the machine goes
    on.
    """

    def __init__(self) -> None:
        self._runner: Runner | None = None
        self.why_not = unavailable()

    def __enter__(self) -> "Native":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the runner's process."""
        if self._runner is not None:
            self._runner.stop()
            self._runner = None

    def outcome(self, machine: Machine) -> Ended:
        """Runs natively as far as that goes; what a runner that died had done counts for nothing."""
        if self.why_not is None:
            try:
                if self._runner is None:
                    self._runner = Runner()
                NativeRun(machine, self._runner).run(_NO_END)
            except RunnerDiedError:
                self.stop()
            return machine.outcome()
        return GENERATED.outcome(machine)

    def batch(self, setup: Setup) -> BatchResult | None:
        """All packets of a scenario at once; None where that cannot be done here."""
        if self.why_not is not None or not can_batch(setup):
            return None
        try:
            if self._runner is None:
                self._runner = Runner()
            return run_batch(setup, self._runner)
        except RunnerDiedError:
            self.stop()
            return None


@cache
def shared_native() -> Native:
    """The native engine of this process, for programs that come one after the other."""
    return Native()
