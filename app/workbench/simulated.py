"""A simulation that a process remembers: how far it is, and everything that is asked about it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from app.schemas.outcome_pages import RowsReply, RowsRequest
from app.workbench.simulate_inputs import Plan
from app.workbench.simulate_rows import Endings, Said, known_programs, matching, row_of, view
from app.workbench.simulate_score import Marks
from app.workbench.simulate_series import Series
from app.workbench.simulate_titles import Names, title
from app.workbench.tally import STEP_LIMIT
from app.workbench.watch import Watch
from vm.kernel.simulation.outcome import Kind, Outcome
from vm.kernel.simulation.simulation import Simulation, simulate
from vm.kernel.world.events import Event
from vm.machine.trace import Budget

CHUNK, CHUNK_SECONDS = 256, 0.05
"""Events between two looks at the clock: at most, and fewer where they take longer."""
ENDLESS_RUNS = 3
"""Runs stopped by their budget, after which a simulation is."""
SAMPLES = 120
"""Times at which maps are sampled."""
LAST = 20
"""Happenings told with each progress."""


class Preparing:
    """A plan whose events are being made: 100,000 take seconds where a script varies packets."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._source = iter(plan.made.events)
        self._events: list[Event] = []

    def go_on(self, watch: Watch, seconds: float) -> bool:
        """Makes events until all are made, or the time is over; whether all are. Raises CancelledError."""
        deadline = watch.clock() + seconds
        while watch.tick(0, self.plan.made.count) < deadline:
            fresh = list(islice(self._source, CHUNK))
            self._events += fresh
            if len(fresh) < CHUNK:
                return True
        return False

    def whole(self) -> Plan:
        """The plan with its events at hand."""
        return replace(self.plan, made=replace(self.plan.made, events=iter(self._events)))


class Simulated:
    """A plan under way; ``go_on`` lets some more of its events happen."""

    def __init__(self, key: str, plan: Plan) -> None:
        self.key = key
        self.plan = plan
        attachments = [item.attachment for item in plan.attached]
        self.simulation: Simulation = simulate(
            plan.made.world, plan.made.events, attachments, budget=Budget(STEP_LIMIT)
        )
        self.events: Sequence[Event] = self.simulation.events
        self.known = known_programs(plan.attached, plan.replaced)
        self.endings = Endings(self.known)
        self.series = Series()
        self.stopped_early = ""
        self._titles: dict[int, str] = {}
        self.names = Names(self.events, plan.made.world)
        self._marked: tuple[int, Marks] = 0, Marks()
        self._outputs_seen = 0
        self._next_sample = self._looked = self._spent = 0
        self._chunk = 1
        self._found: tuple[tuple[RowsRequest, int], list[int]] | None = None

    @property
    def total(self) -> int:
        """How many events there are at most."""
        return self.simulation.total

    @property
    def done(self) -> int:
        """How many events have happened."""
        return self.simulation.done

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.simulation.finished or bool(self.stopped_early)

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """What has become of them."""
        return self.simulation.outcomes

    @property
    def time_ns(self) -> int:
        """The time of the last event."""
        return self.outcomes[-1].time_ns if self.outcomes else 0

    def go_on(self, watch: Watch, seconds: float) -> bool:
        """Lets events happen until all have, or the time is over; whether it has ended.

        Raises CancelledError.
        """
        deadline = watch.clock() + seconds
        stride = max(1, self.total // SAMPLES)
        while not self.ended and (now := watch.tick(self.done, self.total)) < deadline:
            self.simulation.advance(min(self._chunk, stride))
            took = watch.clock() - now
            self._chunk = max(1, self._chunk // 2) if took > CHUNK_SECONDS else min(CHUNK, self._chunk * 2)
            self._look_for_endless()
            if self.done >= self._next_sample:
                self._next_sample = self.done + stride
                self.series.sample(self.time_ns, self.simulation.maps)
        if self.simulation.finished and self._next_sample < self.total + stride:
            self._next_sample = self.total + stride
            self.series.sample(self.time_ns, self.simulation.maps)
        return self.ended

    def _look_for_endless(self) -> None:
        """Nothing more happens once runs have been out of steps too often: the program is plainly endless."""
        fresh = self.outcomes[self._looked :]
        self._looked += len(fresh)
        self._spent += sum(self.endings.of(outcome.route).spent for outcome in fresh)
        if self._spent >= ENDLESS_RUNS:
            self.stop(f"a program did not come to its end within {STEP_LIMIT:,} steps, {self._spent} times")

    def stop(self, why: str) -> None:
        """Nothing more is to happen."""
        if not self.ended:
            self.stopped_early = why

    def truths(self) -> list[str]:
        """The ground truth of each event so far."""
        return [event.truth for event in self.events[: self.done]]

    def marks(self) -> Marks:
        """Which events were stopped, and which were reported, so far."""
        at, marks = self._marked
        outcomes, outputs = self.outcomes, self.simulation.outputs
        for outcome in outcomes[at:]:
            if outcome.route.denied:
                marks.stopped.add(outcome.event)
            if outcome.kind is Kind.SYSCALL and outcome.result is None:  # its process was never made
                marks.prevented.add(outcome.event)
        for output in outputs[self._outputs_seen :]:
            marks.reported.add(outcomes[output.index].event)
        self._marked, self._outputs_seen = (len(outcomes), marks), len(outputs)
        return marks

    def event_of(self, outcome: Outcome) -> Event | None:
        """The event that a happening is or stems from."""
        return self.events[outcome.event] if 0 <= outcome.event < len(self.events) else None

    def title(self, outcome: Outcome) -> str:
        """A happening in one line."""
        found = self._titles.get(outcome.event)
        if found is None:
            event = self.event_of(outcome)
            name = self.names.get(outcome.event)
            found = self._titles[outcome.event] = title(event, name) if event is not None else ""
        if outcome.kind in (Kind.SWITCH, Kind.EXIT):
            return f"{outcome.kind.value}, after {found}"
        return found

    def truth(self, outcome: Outcome) -> str:
        """The ground truth of its event."""
        event = self.event_of(outcome)
        return event.truth if event is not None else ""

    def reported(self, outcome: Outcome) -> bool:
        """Whether a program told user space of its event."""
        return outcome.event in self.marks().reported

    def row(self, outcome: Outcome) -> dict[str, object]:
        """A happening as a row."""
        said = Said(self.title(outcome), self.truth(outcome), self.reported(outcome))
        return row_of(outcome, self.endings.of(outcome.route), said)

    def last(self) -> list[dict[str, object]]:
        """The last happenings, for those who watch."""
        return [self.row(outcome) for outcome in self.outcomes[-LAST:]]

    def rows(self, request: RowsRequest) -> RowsReply:
        """A page of those that fit the filters."""
        found = self._matching(request)
        offset = bisect_left(found, request.after) if request.after is not None else request.offset
        page = found[offset : offset + request.limit]
        rows = [view(self.row(self.outcomes[at])) for at in page]
        return RowsReply.model_construct(simulation=self.key, offset=offset, total=len(found), rows=rows)

    def _matching(self, request: RowsRequest) -> list[int]:
        """The places of those that fit; kept for the next page."""
        filters = request.model_copy(update={"offset": 0, "limit": 1, "after": None}), len(self.outcomes)
        if self._found is None or self._found[0] != filters:
            self.marks()
            self._found = filters, list(matching(request, self.outcomes, self.endings, self))
        return self._found[1]
