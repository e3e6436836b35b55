"""``native``: interpreter and native code agree on answers, packets, what user space hears, and maps."""

from typing import Literal

from app.grading.case import Case, Miss
from app.grading.judges.numbers import word
from app.grading.sending.stimuli import Stimuli
from app.grading.sending.straight import Bench
from app.grading.subject import Subject
from app.workers.process import room_for_a_runner
from vm.change import Emitted
from vm.kernel.engine_native import Native, shared_native
from vm.kernel.hooks import HookPoint, known_point
from vm.machine.machine import Machine
from vm.source import HookscopeError


def native(expected: Literal["equal"], case: Case) -> Miss | None:
    """Runs all again by native code; raises HookscopeError where this machine has none."""
    del expected
    with room_for_a_runner():  # the first time, it starts one
        engine = shared_native()
    if engine.why_not is not None:
        raise HookscopeError.of("no-native", f"native code cannot be run on this machine: {engine.why_not}")
    subject = case.subject
    point = point_of(subject)
    bench = _Native(subject, point, case.seed, case.budget, case.check.maps, case.check.reads)
    bench.engine = engine
    for stimulus, ran in zip(
        Stimuli(subject, point, case.files, case.seed).of(case.check.send), case.seen.ran, strict=True
    ):
        bench.read()
        bench.set(stimulus.values)
        if ran.returned is None:
            continue
        machine = bench.machine(stimulus)
        outputs = bench.finish(machine)
        again = bench.ran(stimulus, machine, outputs)
        if (again.returned, again.left) != (ran.returned, ran.left):
            message = f"{ran.named}: the interpreter and native code do not agree"
            return Miss(message, word(ran.returned), word(again.returned or 0), ran.number)
    for name, made in case.seen.maps.items():
        if list(made.items()) != list(bench.by_name[name].items()):
            return Miss(f"after native code the map {name} holds something else", "the same", "different")
    return None


def point_of(subject: Subject) -> HookPoint:
    """The hook that the first program is run at."""
    return known_point(subject.first.hook or subject.hook)


class _Native(Bench):
    """A bench whose machines are taken to their end by native code."""

    engine: Native

    def finish(self, machine: Machine) -> list[Emitted]:
        """Runs natively; what is sent to user space on the way is not gathered."""
        with room_for_a_runner():  # one may have to be started
            self.engine.outcome(machine)
        self.budget.tick(machine.number)
        return []
