"""What became of it: happenings in a line each, and everything in sum."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import HexBytes, Message
from app.schemas.trace import MapView

Count = Annotated[int, Field(ge=0, lt=2**31)]
"""A number of a happening, or of a page of them."""
EffectName = Literal["pass", "drop", "tx", "redirect", "aborted", "deny", "ignored"]


class OutcomeRow(Message):
    """One happening in a line: what it was, and where and how it ended.

    ``event`` is the number of the scenario's event it is or stems from (a switch stems from a wake-up)."""

    index: int
    event: int
    time_ns: int
    kind: Literal[
        "packet", "syscall", "wake", "run", "sample", "call", "replace", "map", "switch", "exit"
    ]  # fmt: skip
    title: str
    """``TCP 203.0.113.7:40011 → 192.0.2.1:80 SYN``, ``node[1300] openat /etc/shadow``."""
    truth: str
    station: str
    """Id of the station it ended at."""
    place: str
    """That station in words, with its device."""
    end: Literal["delivered", "dropped", "sent", "queued", ""]
    """How its packet ended; empty for what is no packet."""
    effect: EffectName
    verdict: str
    """``XDP_DROP``, ``-EPERM``; empty where no program decided."""
    reason: str
    """The kernel's drop reason, such as ``NO_SOCKET``; empty where none was dropped."""
    note: str
    attachment: int | None = None
    """Which program ended it, and with which instruction of which line of its text (from 1)."""
    program: str = ""
    pc: int | None = None
    line: int | None = None
    stopped: bool = False
    """A program dropped or denied it."""
    reported: bool = False
    """A program told user space of it."""


class StationCount(Message):
    """How many came to a station of a device, and how they left it."""

    station: str
    device: str
    seen: int
    passed: int
    dropped: int
    sent: int
    redirected: int
    denied: int


class DropCount(Message):
    """How many were dropped for a reason, and by which line of which program."""

    reason: str
    station: str
    count: int
    attachment: int | None = None
    program: str = ""
    pc: int | None = None
    line: int | None = None
    text: str = ""
    """That line of its source."""


class ProgramCount(Message):
    """An attachment: how often its program ran, its steps together, and what it answered how often."""

    attachment: int
    name: str
    place: str
    hook: str
    runs: int
    steps: int
    verdicts: dict[str, int]


class LabelScore(Message):
    """The events of one label of ground truth, and how many of them were stopped or reported."""

    label: str
    wanted: bool
    events: int
    stopped: int
    reported: int
    prevented: int
    """That did not happen, because what they follow from was stopped."""


class Rate(Message):
    """How good detection is: how much of what was caught was wanted, how much of what was wanted was caught.

    None where it is a share of nothing."""

    caught: int
    right: int
    missed: int
    false_alarms: int
    precision: float | None
    recall: float | None


class ScoreView(Message):
    """Detection measured by the ground truth: by what was stopped, and by what was stopped or reported."""

    labels: list[LabelScore]
    stopped: Rate
    detected: Rate


class SimulationProgress(Message):
    """Pushed as ``simulate:progress`` while a simulation goes on: counts so far, and the last events."""

    simulation: str
    revision: int
    done: int
    total: int
    time_ns: int
    stations: list[StationCount]
    ends: dict[str, int]
    """How many packets were delivered, dropped, sent, queued so far."""
    last: list[OutcomeRow]
    ended: bool = False


class OutputRow(Message):
    """A record for user space or a line of trace_pipe, with the event it came from."""

    index: int
    time_ns: int
    attachment: int
    kind: str
    source: str
    text: str
    data: HexBytes


class SimulationReply(Message):
    """Pushed as ``simulate:done``: the whole summary. Also the answer to ``simulate:summary``."""

    simulation: str
    revision: int
    title: str
    done: int
    total: int
    stopped_early: str
    """Why not all events happened; empty when they did."""
    time_ns: int
    stations: list[StationCount]
    ends: dict[str, int]
    drops: list[DropCount]
    programs: list[ProgramCount]
    maps: list[MapView]
    map_names: list[str]
    """By the ``index`` of a map in ``maps``."""
    map_users: dict[str, list[str]]
    """The programs that have a map, by its name: more than one share it, as if it were pinned."""
    score: ScoreView
    denials: int
    outputs: list[OutputRow]
    """The first of them."""
    outputs_total: int
    warnings: list[str]
