"""NetworkPolicies over pods: who has which identity, which entries they become, who may talk to whom."""

from typing import Literal

from app.schemas.base import HexBytes, Manifest, Message
from app.schemas.source import DiagnosticView


class PolicyRequest(Message):
    """Asks what ``policies`` make of ``cluster``; both are YAML, of the second only pods and namespaces."""

    policies: Manifest
    cluster: Manifest = ""
    revision: int = 0


class CellRequest(Message):
    """Asks about one cell of the matrix: a row's place and a column, by number."""

    policies: Manifest
    cluster: Manifest = ""
    row: int
    column: int


class PolicyIdentity(Message):
    """A number, whom it stands for, and the addresses that have it."""

    number: int
    kind: Literal["pods", "node", "outside"]
    labels: list[str]
    namespace: str
    who: str
    prefixes: list[str]


class PolicyReason(Message):
    """Why an entry is there: ``line`` to ``last`` of the policies; 0 where Kubernetes itself says so."""

    text: str
    line: int
    last: int


class PolicyEntryView(Message):
    """An entry of a pod's policy map."""

    identity: int
    """0: anyone."""
    who: str
    ports: str
    protocol: str
    bits: int
    """How much of the key counts."""
    reasons: list[PolicyReason]


class DoorView(Message):
    """A pod's policy map in a direction, the first of ``total`` entries; ``closed``: a policy selects it."""

    pod: str
    name: str
    direction: Literal["ingress", "egress"]
    closed: bool
    by: list[str]
    """The policies that select it."""
    total: int
    entries: list[PolicyEntryView]


class PolicyPlace(Message):
    """Who may send: a pod, the node, or somebody outside."""

    name: str
    note: str
    address: str
    identity: int


class PolicyColumn(Message):
    """A port of whom may be talked to; ``place`` counts places."""

    place: int
    port: int
    protocol: str


class AnswerOf(Message):
    """What a door says: its number, and the entry that lets by, None where none does."""

    door: int
    entry: int | None


class MatrixCell(Message):
    """Whether a connection comes about; ``self`` is one to oneself, which no door sees."""

    allowed: bool
    same: bool
    answers: list[AnswerOf]


class PolicyView(Message):
    """All that follows from the policies."""

    identities: list[PolicyIdentity]
    doors: list[DoorView]
    places: list[PolicyPlace]
    columns: list[PolicyColumn]
    cells: list[list[MatrixCell]]
    """By row: one for each place."""
    notes: list[str]
    """What had to be left out."""
    policies: int


class PolicyReply(Message):
    """``view`` is None where a text has a mistake: then ``policies`` and ``cluster`` say which."""

    revision: int
    policies: list[DiagnosticView]
    cluster: list[DiagnosticView]
    view: PolicyView | None


class DoorQuestion(Message):
    """A question put to a map, in order; one that was not needed was not asked."""

    map: Literal["ipcache", "policy"]
    asked: str
    answer: Literal["hit", "miss", "not asked"]
    found: str
    entry: int | None


class DoorAnswer(Message):
    """How a door came to its answer."""

    door: int
    pod: str
    direction: Literal["ingress", "egress"]
    peer: str
    allowed: bool
    questions: list[DoorQuestion]


class DoorProgram(Message):
    """The door's tc program with its maps filled, and the packet at it, for the workbench."""

    title: str
    source: str
    hook: str
    packet: HexBytes


class CellReply(Message):
    """A cell in full: ``head`` says what, ``why`` gives the reason; a program for each door that has one."""

    head: str
    why: str
    allowed: bool
    answers: list[DoorAnswer]
    programs: list[DoorProgram | None]
    note: str
    """Why there is no program, where there is none."""


class PolicyExample(Message):
    """Policies with a cluster to try them on."""

    id: str
    title: str
    doc: str
    policies: str
    cluster: str
