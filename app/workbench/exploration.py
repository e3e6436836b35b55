"""Walks of the verifier, kept while looked at: the summary, windows of steps, what was known where."""

from collections import OrderedDict, defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property

from pydantic_core import to_json

from app.schemas.verifier import (
    ExploreReply,
    ExploreRequest,
    KnownReply,
    LogReply,
    LogRequest,
    ProgramVerdict,
    WalkRequest,
    WalkWindow,
    WalkWindowRequest,
)
from app.verdicts import refused_map
from app.workbench.keys import walk_key
from app.workbench.knowledge import Values
from app.workbench.paced import Paced
from app.workbench.verdict import programs_of, verdict_view
from app.workbench.walk_log import cut_off, steps_of_lines
from app.workbench.walk_views import Frames, step_view
from app.workbench.walking import PacedRecorder
from app.workbench.watch import CancelledError, Watch, unwatched
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, Report, verify
from vm.verifier.exploration import End, Exploration, FrameSeen
from vm.verifier.known import joined
from vm.verifier.unfollowed import unfollowed

WINDOW = 512
"""Steps that travel together."""
LOGGED = 20_000
"""Instructions whose log is printed: formatting it takes several times as long as walking."""
SLICE = 0.5
"""Seconds a walk goes on before others get their turn."""
TURN = 0.05
"""Seconds between looks at whether it is to stop."""
QUICK = 100_000
"""Instructions of a walk that is walked again at once where it is forgotten."""
FOR_EVER = 1e9
REMEMBERED = 6
"""Walks a process keeps."""
LISTED = 5_000
"""Paths, forks and edges of which the summary tells."""


@dataclass
class Walk:
    """One program, and what the verifier has done with it so far."""

    key: str
    index: int
    program: Program
    options: Options
    recorder: PacedRecorder = field(repr=False)
    work: Paced[Report] = field(repr=False)
    _seen: Exploration | None = field(default=None, repr=False)

    def go_on(self, watch: Watch, seconds: float) -> bool:
        """Whether the walk has ended; raises CancelledError where it is to stop, and may go on later."""
        until = watch.clock() + seconds
        self._seen = None
        while not self.work.go_on(TURN):
            if watch.tick(self.recorder.processed, self.options.limit, self._loop) >= until:
                return False
        return True

    def _loop(self) -> dict[str, object] | None:
        """LoopProgress."""
        loop = self.recorder.loop()
        if loop is None:
            return None
        span = self.program.spans.get(loop.pc)
        return {
            "pc": loop.pc,
            "line": span.line if span is not None else None,
            "depth": loop.depth,
            "turns": loop.turns,
        }

    @property
    def report(self) -> Report:
        """The verifier's; of a walk that was stopped what is known by then."""
        if self.work.ended:
            return self.work.result()
        return Report(False, processed=self.recorder.processed, total_states=self._last_kept())

    def _last_kept(self) -> int:
        steps = self.exploration.steps
        return steps[-1].kept if steps else 0

    @property
    def exploration(self) -> Exploration:
        """What it did so far."""
        if self._seen is None:
            self._seen = self.recorder.exploration()
        return self._seen

    @cached_property
    def log(self) -> tuple[str, ...]:
        """The level-2 log: the program is verified once more for it."""
        options = replace(self.options, log_level=2, limit=min(self.options.limit, LOGGED))
        lines = verify(self.program, options).log.splitlines()
        return tuple(lines if self.report.processed <= LOGGED else cut_off(lines))

    def window(self, number: int) -> WalkWindow:
        """Steps with their states; the nearest window there is."""
        steps = self.exploration.steps
        number = max(0, min(number, (len(steps) - 1) // WINDOW))
        values, frames = Values(self.program), Frames()
        shown = [step_view(step, values, frames) for step in steps[number * WINDOW :][:WINDOW]]
        return WalkWindow.model_construct(
            walk=self.key,
            window=number,
            first=number * WINDOW,
            values=values.views,
            frames=frames.views,
            steps=shown,
        )

    def verdict(self) -> ProgramVerdict:
        """The verdict, as it is given while one types."""
        seen = self.exploration
        return verdict_view(
            self.index,
            self.program,
            self.report,
            self.options,
            dict(seen.visits),
            seen.peak_depth,
            seen.peak_stack,
            ended=self.work.ended,
        )


class Walks:
    """The walks a process was asked for lately."""

    def __init__(self, count: int = REMEMBERED) -> None:
        self.count = count
        self._walks: OrderedDict[str, Walk] = OrderedDict()

    def get(self, request: WalkRequest) -> Walk:
        """The walk asked about; raises HookscopeError where it is forgotten and not quick to walk again."""
        key = request.walk
        again = request.of if key not in self._walks else None
        if again is not None and walk_key(again) == key and again.limit <= QUICK:
            walk = self.of(again)
            walk.go_on(unwatched(), FOR_EVER)
            return walk
        if key not in self._walks:
            raise HookscopeError.of(
                "unknown-walk", "this walk is no longer in memory", "it is walked again from the program"
            )
        self._walks.move_to_end(key)
        return self._walks[key]

    def of(self, request: ExploreRequest) -> Walk:
        """The walk asked for, perhaps begun only; raises HookscopeError where there is no such program."""
        key = walk_key(request)
        if key not in self._walks:
            self._walks[key] = _walk(key, request)
            while len(self._walks) > self.count:
                _, forgotten = self._walks.popitem(last=False)
                forgotten.work.give_up()
        return self.get(WalkRequest(walk=key))

    def ended(self, key: str) -> Walk | None:
        """The walk of that name, if it has ended and is remembered."""
        walk = self._walks.get(key)
        return walk if walk is not None and walk.work.ended else None


def _walk(key: str, request: ExploreRequest) -> Walk:
    programs = programs_of(request.source, request.hook)
    if not 0 <= request.program < len(programs):
        raise HookscopeError.of(
            "no-program", "there is no program here that assembles", "the verifier starts when it does"
        )
    program = programs[request.program]
    options = Options(profile=request.profile, limit=request.limit)
    refused_map(program)
    recorder = PacedRecorder(program)

    def work(beat: Callable[[], None]) -> Report:
        recorder.beat = beat
        return verify(program, options, recorder)

    return Walk(key, request.program, program, options, recorder, Paced(work))


_walks = Walks()


def report_of_walk(request: ExploreRequest) -> Report | None:
    """What the verifier said at the end of a walk that this process remembers."""
    walk = _walks.ended(walk_key(request))
    return walk.report if walk is not None else None


def explore(text: str, watch: Watch) -> str | None:
    """An ExploreRequest answered by an ExploreReply; None when it is to be asked again to go on.

    A walk that is cancelled is answered as far as it came, and goes on from there when it is asked for again.
    """
    request = ExploreRequest.model_validate_json(text)
    walk = _walks.of(request)
    with suppress(CancelledError):
        if not walk.go_on(watch, SLICE):
            return None
    return _reply(walk, request)


def _reply(walk: Walk, request: ExploreRequest) -> str:
    seen = walk.exploration
    verdict = walk.verdict()
    paths = [*seen.paths[:LISTED], *seen.paths[LISTED:][-LISTED:]]
    if verdict.stopped and paths:  # by this server or by someone: the program was not refused
        paths[-1] = replace(paths[-1], end=End.OPEN)
    reply = ExploreReply.model_construct(
        walk=walk.key,
        revision=request.revision,
        ask=request.ask,
        program=request.program,
        verdict=verdict,
        indexes=[step.index for step in seen.steps],
        pcs=[step.pc for step in seen.steps],
        paths_of=[step.path for step in seen.steps],
        kept=[step.kept for step in seen.steps],
        paths=paths,
        path_count=seen.path_count,
        forks=list(seen.forks[:LISTED] + seen.forks[LISTED:][-LISTED:]),
        waiting=seen.waiting,
        edges=[
            {"source": source, "target": target, "walked": count.walked, "cut": count.cut}
            for (source, target), count in list(seen.edges.items())[:LISTED]
        ],
        window=walk.window(len(seen.steps)) if seen.steps else None,
    )
    return to_json(reply).decode()


def walk_window(text: str) -> str:
    """A WalkWindowRequest answered by a WalkWindow; raises HookscopeError ``unknown-walk``."""
    request = WalkWindowRequest.model_validate_json(text)
    return to_json(_walks.get(request).window(request.window)).decode()


def walk_known(text: str) -> str:
    """A WalkRequest answered by a KnownReply."""
    walk = _walks.get(WalkRequest.model_validate_json(text))
    seen = walk.exploration
    states: dict[int, dict[int, FrameSeen]] = defaultdict(dict)
    for step in seen.steps:
        states[step.pc][id(step.frame)] = step.frame
    open_to = unfollowed(walk.program, seen)
    values = Values(walk.program)
    reply = KnownReply.model_construct(
        walk=walk.key,
        whole=walk.report.accepted and seen.whole,
        places=[
            {
                "pc": pc,
                "regs": [
                    {"values": [values.index(part, 0) for part in known.parts], "unset": known.unset}
                    for known in joined(frames.values())
                ],
                "unfollowed": [number for number in range(11) if open_to.get(pc, 0) >> number & 1],
            }
            for pc, frames in sorted(states.items())
        ],
        values=values.views,
    )
    return to_json(reply).decode()


def walk_log(text: str) -> str:
    """A LogRequest answered by a LogReply."""
    request = LogRequest.model_validate_json(text)
    walk = _walks.get(request)
    lines = walk.log
    first = request.first if request.first >= 0 else max(0, len(lines) + request.first)
    shown = slice(first, first + request.count)
    return LogReply(
        walk=request.walk,
        first=first,
        total=len(lines),
        whole=walk.report.processed <= LOGGED,
        lines=list(lines[shown]),
        steps=steps_of_lines(lines)[shown],
    ).model_dump_json()
