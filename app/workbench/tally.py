"""What is counted over the packets of a run, one after the other."""

from collections import Counter
from collections.abc import Sequence

from app.schemas.trace import OutputView, PacketRun, RunReply
from app.workbench.summary import outputs_of
from vm.machine.coverage import branch_counts, slot_counts
from vm.machine.trace import Trace
from vm.program import Program

OUTPUTS_SENT = 1_000
STEP_LIMIT = 1_000_000
"""Steps one packet's run may take."""
ENDLESS_STEPS = 2_000_000
"""Steps that runs stopped by their budget may take together: by then the program is plainly endless."""
TOTAL_STEPS = 20_000_000
"""Steps all packets of a run may take together."""


class Tally:
    """Sums over the packets sent so far. Equal packets and programs give equal sums, on any process."""

    def __init__(self, program: Program) -> None:
        self.packets: list[PacketRun] = []
        self.points: list[frozenset[int]] = []
        """For each packet, the points its run came to."""
        self._known_points: dict[frozenset[int], frozenset[int]] = {}
        self._program = program
        self._coverage: Counter[int] = Counter()
        self._taken: dict[int, tuple[int, int]] = {}
        self._outputs: list[OutputView] = []
        self._outputs_total = 0
        self._steps = self._endless_steps = 0

    def add(self, packet: PacketRun, trace: Trace | None) -> None:
        """Counts the next packet; None: no program saw it."""
        self.packets.append(packet)
        if trace is None:
            self.points.append(frozenset())
            return
        self._steps += len(trace)
        if trace.ended.how == "budget":
            self._endless_steps += len(trace)
        self._count(trace.path)
        self._outputs_total += len(trace.outputs)
        if len(self._outputs) < OUTPUTS_SENT:
            self._outputs += outputs_of(trace, packet.index)[: OUTPUTS_SENT - len(self._outputs)]

    def _count(self, path: Sequence[int]) -> None:
        slots, counts = len(self._program.slots), slot_counts(path)
        points = frozenset(counts)
        self.points.append(self._known_points.setdefault(points, points))
        self._coverage.update({at: count for at, count in counts.items() if at < slots})
        for pc, (yes, no) in branch_counts(path, self._program).items():
            before = self._taken.get(pc, (0, 0))
            self._taken[pc] = (before[0] + no, before[1] + yes)

    @property
    def spent(self) -> bool:
        """Whether the run has used up its steps, so that no further packet is sent."""
        return self._steps >= TOTAL_STEPS or self._endless_steps >= ENDLESS_STEPS

    def reply(self, run: str, revision: int, total: int) -> RunReply:
        """The sums as a message; ``total`` packets were there to send."""
        return RunReply(
            run=run,
            revision=revision,
            packets=self.packets,
            not_run=total - len(self.packets),
            coverage=dict(self._coverage),
            taken=self._taken,
            outputs=self._outputs,
            outputs_total=self._outputs_total,
        )
