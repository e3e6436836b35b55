"""What to simulate: a scenario, a script or packets, and the programs attached; and how that is asked for."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import MAX_PACKETS, Message, PacketBytes, SourceText
from app.schemas.trace import Nanoseconds

MAX_ATTACHMENTS = 32
MAX_CAPTURE = 8 << 20
"""Characters of a capture file in base 64."""


class ParameterView(Message):
    """A whole number of a scenario that may be chosen from ``low`` to ``high``."""

    name: str
    doc: str
    default: int
    low: int
    high: int
    unit: str


class ScenarioView(Message):
    """A scenario to choose. ``truths``: what each label of ground truth means; ``wanted``: to detect."""

    id: str
    title: str
    doc: str
    look_for: str
    parameters: list[ParameterView]
    truths: dict[str, str]
    wanted: list[str]
    attach: list[str]
    """Places where a program sees it happen, such as ``xdp:eth0``."""


class AttachmentInput(Message):
    """A program's text, and the place it is attached to: ``xdp:eth0``, ``tracepoint/sched/sched_switch``."""

    source: SourceText
    place: Annotated[str, Field(max_length=200)]


class ReplacementInput(Message):
    """Attachment number ``attachment`` gets another program while events flow; its maps of equal form stay.

    Without a ``source`` it is detached."""

    attachment: Annotated[int, Field(ge=0, lt=MAX_ATTACHMENTS)]
    time_ns: Nanoseconds
    source: SourceText = ""


class SimulationInputs(Message):
    """Everything a simulation depends on: one of ``scenario`` (an id), ``script`` (YAML), ``capture`` (a pcap
    or pcapng file in base 64) and ``packets``; equal inputs give equal simulations, on any worker."""

    scenario: Annotated[str, Field(max_length=64)] = ""
    parameters: dict[str, int] = Field(default_factory=dict, max_length=32)
    """Of the scenario; ``events`` is how many there are at most."""
    script: SourceText = ""
    capture: Annotated[str, Field(max_length=MAX_CAPTURE)] = ""
    packets: Annotated[tuple[PacketBytes, ...], Field(max_length=MAX_PACKETS)] = ()
    times_ns: Annotated[tuple[Nanoseconds, ...], Field(max_length=MAX_PACKETS)] = ()
    device: Annotated[str, Field(max_length=64)] = "eth0"
    """Where the packets of a capture arrive."""
    seed: Annotated[int, Field(ge=0, lt=2**64)] = 1
    attachments: Annotated[tuple[AttachmentInput, ...], Field(max_length=MAX_ATTACHMENTS)] = ()
    replacements: Annotated[tuple[ReplacementInput, ...], Field(max_length=MAX_ATTACHMENTS)] = ()


class SimulationExample(Message):
    """A program on a scenario to start from."""

    id: str
    title: str
    doc: str
    group: Literal["performance", "security", "network"]
    inputs: SimulationInputs


class SimulateRequest(Message):
    """Simulate this, in place of what was asked for before; progress is pushed."""

    inputs: SimulationInputs
    revision: int = 0


class SimulateCancel(Message):
    """Stop the simulations up to this revision; what was simulated so far stays to be looked at."""

    revision: int = 0


class SimulationRequest(Message):
    """About a whole simulation; ``simulation`` is the key that ``simulate`` answered with."""

    simulation: str


class ScriptRequest(Message):
    """Is this script right?"""

    text: SourceText


class ScriptProblem(Message):
    """A mistake of a script: line from 1, columns from 0."""

    line: int
    start: int
    end: int
    message: str
    hint: str | None


class ScriptReply(Message):
    """Its mistakes; where there are none, its name and how many events it makes."""

    problems: list[ScriptProblem]
    title: str = ""
    events: int = 0
