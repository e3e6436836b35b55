"""The way from a keyframe to a step taken by native code: what makes any step of a long run near."""

from vm.jit.runner.runner import Runner, RunnerDiedError
from vm.kernel.native_run import NativeRun
from vm.machine.machine import Machine

NEAR = 96
"""Steps that the machine takes sooner itself."""


class NativeForward:
    """Takes a trace's machine forwards; give it to ``Trace`` as ``forward``. A runner serves one."""

    def __init__(self, runner: Runner) -> None:
        self._runner = runner
        self._native: NativeRun | None = None
        self._left_at = 0

    def __call__(self, machine: Machine, number: int) -> None:
        """Takes the machine to the state before step ``number``, or to its end."""
        if number - machine.number > NEAR:
            try:
                self._run(machine, number)
                return
            except RunnerDiedError:
                self._native = None
        machine.run(number - machine.number)
        self._left_at = -1

    def _run(self, machine: Machine, number: int) -> None:
        native = self._native
        if native is None or native.machine is not machine:
            native = self._native = NativeRun(machine, self._runner)
        elif machine.number != self._left_at:
            native.renew()
        native.run(number)
        self._left_at = machine.number
