"""A race on one packet: the machine, guarded native code, and this machine's kernel, a round at a time.

Each round sends the packet equally often to every engine, to fresh maps, one engine after the other, so that
whatever else the computer does hits all of them alike. Nothing is kept between rounds: the browser brings the
times of those before.
"""

import platform
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from statistics import median

from app.linux.bpf import kernel_version, on_one_cpu, unavailable
from app.schemas.native import Engine as EngineName
from app.schemas.native import RaceAbsent, RaceLane, RaceReply, RaceRequest
from app.workbench.native_asked import loaded, not_runnable
from app.workbench.native_batch import OneByOne, Time, batch
from app.workbench.run import setup_of
from app.workers.process import room_for_a_runner
from vm.change import Ended
from vm.jit.runner import runner
from vm.kernel.engine import STEPPING, Engine
from vm.kernel.native import prove
from vm.kernel.native_batch import can_batch
from vm.kernel.python_run import GENERATED
from vm.kernel.run import run_all
from vm.kernel.scenario import Setup
from vm.machine.machine import Machine
from vm.source import HookscopeError

ROUNDS = 7
_ROUND_SECONDS = 0.15
"""About what the machine's share of a round may take."""
_MOST_RUNS = 1_000
_TITLES: dict[EngineName, tuple[str, str]] = {
    "machine": ("Interpreter", "the simulator's own machine, instruction by instruction"),
    "python": ("Generated Python", "what runs where native code cannot"),
    "native": (
        "Guarded native, one by one",
        "checked x86-64 code, and the way to its process and back",
    ),
    "batch": ("Guarded native, all at once", "the same code, all packets in one order"),
    "proved": (
        "Without needless checks",
        "all at once, without what the verifier's proof saves",
    ),
    "kernel": ("Linux", "what the kernel's test run says one run took"),
}
_METHOD = (
    "Every engine gets the packet {runs:,} times a round on fresh maps, in turn, {rounds} rounds: "
    "the median, and the fastest and slowest round. Making the packet's world is not timed."
)


class _Timed:
    """An engine with a stopwatch."""

    def __init__(self, inner: Engine) -> None:
        self._inner = inner
        self.ns = 0

    def outcome(self, machine: Machine) -> Ended:
        """What the engine does, timed."""
        begun = time.perf_counter_ns()
        ended = self._inner.outcome(machine)
        self.ns += time.perf_counter_ns() - begun
        return ended


def race(text: str, forbidden: str) -> str:
    """A RaceRequest answered by a RaceReply, as JSON; ``forbidden``: why the kernel may not be asked."""
    request = RaceRequest.model_validate_json(text)
    hook, setup = setup_of(request.inputs)
    if not hook.takes_packets:
        raise HookscopeError.of("no-race", "only programs that are sent packets race", "choose such a hook")
    packet = setup.packets[min(request.packet, len(setup.packets) - 1)]
    one = replace(setup, packets=(packet,), times_ns=())
    runs = request.runs or _calibrated(one)
    absent: dict[EngineName, str] = {}
    times = dict(_round(_sent(one, runs), absent, forbidden))
    samples = {found.engine: [*found.ns] for found in request.samples}
    for engine, found in times.items():
        samples.setdefault(engine, []).append(found.ns)
    return _reply(runs, {engine: samples[engine] for engine in times}, absent, times).model_dump_json()


def _sent(setup: Setup, runs: int) -> Setup:
    return replace(setup, packets=setup.packets * runs)


def _calibrated(setup: Setup) -> int:
    """How often the packet can be sent in the machine's share of a round."""
    timed = _Timed(STEPPING)
    run_all(setup, timed)
    return max(1, min(_MOST_RUNS, int(_ROUND_SECONDS * 1e9 / max(timed.ns, 1))))


def _round(setup: Setup, absent: dict[EngineName, str], forbidden: str) -> Iterator[tuple[EngineName, Time]]:
    """The time of each engine that takes part; why the others do not goes into ``absent``."""
    yield "machine", _simulated(setup, STEPPING)
    yield "python", _simulated(setup, GENERATED)
    yield from _native(setup, absent)
    why = forbidden or unavailable() or not_runnable(setup.programs[0])
    if why:
        absent["kernel"] = why
        return
    try:
        yield "kernel", _in_the_kernel(setup)
    except HookscopeError as error:
        absent["kernel"] = error.diagnostic.message


def _simulated(setup: Setup, engine: Engine) -> Time:
    timed = _Timed(engine)
    runs = run_all(setup, timed).runs
    return Time(timed.ns / len(runs), runs[-1].retval)


def _native(setup: Setup, absent: dict[EngineName, str]) -> Iterator[tuple[EngineName, Time]]:
    with room_for_a_runner():
        none = runner.unavailable()
    if none is not None:
        absent["native"] = none
        return
    yield "native", _simulated(setup, OneByOne())
    why = "" if can_batch(setup) else "only frames through XDP are taken all at once"
    report, proof = prove(setup.programs[0])
    forms: tuple[tuple[EngineName, frozenset[int]], ...] = (
        ("batch", frozenset()),
        ("proved", proof.seen - proof.context),
    )
    for engine, slots in forms:
        if why or (engine == "proved" and not report.accepted):
            absent[engine] = why or "the verifier refuses the program, so nothing is proved"
        elif (found := batch(setup, slots)) is not None:
            yield engine, found
        else:
            absent[engine] = "its process ended"


def _in_the_kernel(setup: Setup) -> Time:
    with loaded(setup.programs[0]) as program, on_one_cpu():
        found = program.test_run(setup.packets[0], repeat=len(setup.packets))
    if found.error:
        raise HookscopeError.of("kernel-refused", "the kernel does not test-run it on this packet")
    return Time(float(max(found.duration, 1)), found.retval)


def _reply(
    runs: int,
    samples: dict[EngineName, list[float]],
    absent: dict[EngineName, str],
    times: dict[EngineName, Time],
) -> RaceReply:
    base = median(samples["machine"])
    return RaceReply(
        runs=runs,
        rounds=len(samples["machine"]),
        of=ROUNDS,
        lanes=[_lane(engine, ns, base, times[engine].note) for engine, ns in samples.items()],
        absent=[RaceAbsent(engine=e, title=_TITLES[e][0], why=why) for e, why in absent.items()],
        agree=_agreement(times),
        method=_METHOD.format(runs=runs, rounds=ROUNDS),
        machine=computer(),
    )


def _lane(engine: EngineName, ns: list[float], base: float, note: str) -> RaceLane:
    title, how = _TITLES[engine]
    middle = median(ns)
    return RaceLane(
        engine=engine,
        title=title,
        how=f"{how}; {note}" if note else how,
        ns=ns,
        median=middle,
        low=min(ns),
        high=max(ns),
        ratio=base / middle,
    )


def _agreement(times: dict[EngineName, Time]) -> str:
    answers = {found.answer for found in times.values()}
    if len(answers) == 1:
        answer = answers.pop()
        return "No run came to its end." if answer is None else f"All answered {answer}."
    told = (f"{_TITLES[engine][0]} {found.answer}" for engine, found in times.items())
    return f"They did not answer alike: {', '.join(told)}."


@cache
def computer() -> str:
    """What the times were measured on: processor, kernel, Python."""
    model = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    system = f"Linux {kernel_version().split('-')[0]}" if platform.system() == "Linux" else platform.system()
    return ", ".join((model or platform.machine(), system, f"Python {platform.python_version()}"))
