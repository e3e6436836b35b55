"""Walks of the verifier, kept while looked at: the summary, windows of steps, what was known where."""

from collections import OrderedDict, defaultdict
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
from app.verdicts import report_of
from app.workbench.keys import walk_key
from app.workbench.knowledge import Values
from app.workbench.verdict import programs_of, verdict_view
from app.workbench.walk_log import steps_of_lines
from app.workbench.walk_views import Frames, step_view
from vm.program import Program
from vm.source import HookscopeError
from vm.verifier import Options, Report, verify
from vm.verifier.exploration import End, Exploration, FrameSeen, Recorder
from vm.verifier.known import joined
from vm.verifier.unfollowed import unfollowed

WINDOW = 512
"""Steps that travel together."""
LOGGED = 20_000
"""Instructions whose log is printed: formatting it takes several times as long as walking."""
REMEMBERED = 6
"""Walks a process keeps."""
LISTED = 5_000
"""Paths, forks and edges of which the summary tells."""


@dataclass
class Walk:
    """One program, the verifier's report, and what it did."""

    key: str
    index: int
    program: Program
    options: Options
    report: Report
    exploration: Exploration = field(repr=False)

    @cached_property
    def log(self) -> tuple[str, ...]:
        """The level-2 log: the program is verified once more for it."""
        options = replace(self.options, log_level=2, limit=min(self.options.limit, LOGGED))
        return tuple(verify(self.program, options).log.splitlines())

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
        )


class Walks:
    """The walks a process was asked for lately."""

    def __init__(self, count: int = REMEMBERED) -> None:
        self.count = count
        self._walks: OrderedDict[str, Walk] = OrderedDict()

    def get(self, request: WalkRequest) -> Walk:
        """The walk asked about; raises HookscopeError when it is forgotten and cannot be walked again."""
        key = request.walk
        if key not in self._walks and request.of is not None and walk_key(request.of) == key:
            return self.of(request.of)
        if key not in self._walks:
            raise HookscopeError.of(
                "unknown-walk", "this walk is no longer in memory", "it is walked again from the program"
            )
        self._walks.move_to_end(key)
        return self._walks[key]

    def of(self, request: ExploreRequest) -> Walk:
        """The walk asked for; raises HookscopeError where there is no such program."""
        key = walk_key(request)
        if key not in self._walks:
            self._walks[key] = _walk(key, request)
            while len(self._walks) > self.count:
                self._walks.popitem(last=False)
        return self.get(WalkRequest(walk=key))


def _walk(key: str, request: ExploreRequest) -> Walk:
    programs = programs_of(request.source, request.hook)
    if not 0 <= request.program < len(programs):
        raise HookscopeError.of(
            "no-program", "there is no program here that assembles", "the verifier starts when it does"
        )
    program = programs[request.program]
    options = Options(profile=request.profile, limit=request.limit)
    recorder = Recorder()
    report = report_of(program, options, recorder)
    return Walk(key, request.program, program, options, report, recorder.exploration())


_walks = Walks()


def explore(text: str) -> str:
    """An ExploreRequest answered by an ExploreReply."""
    request = ExploreRequest.model_validate_json(text)
    walk = _walks.of(request)
    seen = walk.exploration
    verdict = walk.verdict()
    paths = [*seen.paths[:LISTED], *seen.paths[LISTED:][-LISTED:]]
    if verdict.stopped:  # by this server: the program was not refused
        paths[-1] = replace(paths[-1], end=End.OPEN)
    reply = ExploreReply.model_construct(
        walk=walk.key,
        revision=request.revision,
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
