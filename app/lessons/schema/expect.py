"""What a check expects: one key per way of looking at what happened."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, StringConstraints, model_validator

from app.lessons.schema.base import Count, FileName, Line, Name, Part
from vm.verifier.category import Category

Range = Annotated[
    str | int, Field(description="`all`, `3`, or `1-10`: which of what was sent, counted from 1")
]
Key = str | int
"""A map's key: a number, an address, `0x…` bytes, or fields as `203.0.113.7:53/17`."""
Percent = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]


class SameAs(Part):
    """As another program of the folder does, on the same data: ``{same-as: solution.bpf}``."""

    same_as: FileName


def _in_a_word(value: object) -> object:
    """``accepted`` alone says all."""
    return {"verdict": value} if isinstance(value, str) else value


class VerifierExpect(Part):
    """Accepted, maybe within limits; or rejected with a category, at a place, in certain words."""

    verdict: Literal["accepted", "rejected"]
    category: Category | None = None
    at: Name | None = None
    """The label behind which the refused instruction stands."""
    says: Line | None = None
    """Words of the kernel's last line."""
    processed_at_most: Count | None = None
    states_at_most: Count | None = None
    profile: Literal["root", "no-perfmon"] = "root"

    @model_validator(mode="after")
    def _fits(self) -> "VerifierExpect":
        limits = self.processed_at_most is not None or self.states_at_most is not None
        if self.verdict == "accepted" and (self.category or self.at or self.says):
            raise ValueError("`category`, `at` and `says` are about a rejection; write `verdict: rejected`")
        if self.verdict == "rejected" and limits:
            raise ValueError("limits are about programs that are accepted; leave them out")
        return self


class About(Part):
    """A number within bounds: ``{at-least: 3}``, ``{about: 100, within: 5}``; ``sum``: of all CPUs."""

    at_least: int | None = None
    at_most: int | None = None
    about: int | None = None
    within: Annotated[int, Field(ge=0)] = 0
    sum: "int | About | None" = None

    @model_validator(mode="after")
    def _says_something(self) -> "About":
        if not self.model_fields_set - {"within"}:
            raise ValueError("nothing is expected here; write `at-least`, `at-most`, `about` or `sum`")
        return self


Expected = Annotated[
    StrictInt
    | str
    | About
    | Annotated[tuple[int, ...], Field(max_length=1_024)]
    | dict[Name, int | str | About],
    Field(union_mode="left_to_right"),
]
"""A value: a number, `0x…` bytes or an address, bounds, numbers per CPU or element, or fields by name."""


class MapPart(Part):
    """Some of a map: entries that must be there, keys that must not, how many there are."""

    has: dict[Key, Expected] = Field(default_factory=dict)
    lacks: tuple[Key, ...] = ()
    entries: int | About | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "MapPart":
        if not self.model_fields_set:  # `{}` is a map without entries
            raise ValueError("nothing is expected of this map; write `has`, `lacks` or `entries`")
        return self


MapExpect = Annotated[SameAs | MapPart | dict[Key, Expected], Field(union_mode="left_to_right")]
"""All its entries (of an array: those that are not 0), or some of them."""


class PacketExpect(Part):
    """What became of a packet: whole bytes, fields by path, checksums."""

    hex: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F\s]*$", max_length=20_000)] | None = None
    fields: dict[str, int | str] = Field(default_factory=dict)
    """By path as the packet pane names them: ``{ip.ttl: 63, eth.dst: "52:54:00:12:34:56"}``."""
    checksums: Literal["right"] | None = None
    unchanged: bool | None = None
    length: int | About | None = None
    mark: int | None = None
    """What __sk_buff.mark is afterwards."""
    redirect: Annotated[StrictInt | Name | None, Field(union_mode="left_to_right")] = None
    """The device it is redirected to, by number or name; of a CPU map, the CPU's number."""


class Record(Part):
    """A record for user space: its bytes, or numbers at offsets (``{4: {u32: 53}}``)."""

    hex: str | None = None
    at: dict[int, dict[Literal["u8", "u16", "u32", "u64", "be16", "be32", "text"], int | str | About]] = (
        Field(default_factory=dict)
    )
    size: int | None = None


class EventsExpect(Part):
    """What user space hears: records of ring buffers and perf, trace_pipe lines; or how well it detects."""

    records: tuple[Record, ...] | None = None
    """All of them, in order."""
    trace: tuple[Line, ...] | None = None
    """Lines of trace_pipe, in order, each somewhere in a line."""
    count: int | About | None = None
    precision: Share | None = None
    recall: Share | None = None
    wanted: Annotated[tuple[Name, ...], Field(max_length=8)] | None = None
    """The labels of ground truth that are to be found; the scenario's own where it is left out."""


class ShapeExpect(Part):
    """How the program is made."""

    instructions_at_most: Count | None = None
    slots_at_most: Count | None = None
    uses: tuple[Line, ...] = ()
    """Helpers, or instructions by a word of the listing (``lock``, ``s>>=``), that must occur."""
    avoids: tuple[Line, ...] = ()
    maps: dict[Name, str] = Field(default_factory=dict)
    """Kinds of maps by name: ``{counts: percpu_array}``."""
    functions_at_least: Count | None = None
    programs: dict[Name, Line] = Field(default_factory=dict)
    """The hook of each program: ``{guard: xdp}``."""
    hooks: tuple[Line, ...] = ()
    """Where the only program may be attached."""
    bytes: str | None = None
    """The encoded program, as hex; `..` is any byte."""
    native_bytes_at_most: Count | None = None
    """Of the machine code that Linux makes of the first program on x86-64."""
    branches_at_least: Percent | None = None
    """The share of branch directions that what was sent has taken."""


class PolicyExpect(Part):
    """The verdict matrix of the learner's policy (or programs) equals that of a NetworkPolicy file."""

    cluster: FileName
    policy: FileName
    of: Literal["document", "programs"] | None = None
    """Whose decisions: those of the policy the learner writes, where there is one, or of the programs."""


class MetricsExpect(Part):
    """The scrape of the learner's rules: families with their type, samples as Prometheus writes them."""

    families: dict[Line, Literal["counter", "gauge", "histogram"]] = Field(default_factory=dict)
    samples: dict[Line, float | About] = Field(default_factory=dict)
    """``{'syn_total{source="203.0.113.7"}': 11}``."""
    equals_maps: bool = False
    """Every sample is what the map holds; a histogram's buckets grow."""


class ActionExpect(Part):
    """Something the learner did on the page: it is worth no points, and ticks a task."""

    did: Literal[
        "ran", "ran-unprotected", "stepped", "stepped-back", "stepped-verifier", "opened", "verified", "sent"
    ]
    at: Name | None = None
    """A label of the program, or a pane's name for ``opened``."""
    fault: str | None = None


Ranged = dict[Range, Any]


class Expect(Part):
    """All keys given must hold."""

    verifier: Annotated[VerifierExpect, BeforeValidator(_in_a_word)] | None = None
    returns: int | SameAs | dict[Range, int | About] | None = None
    verdicts: Annotated[SameAs | dict[Range, Line] | None, Field(union_mode="left_to_right")] = None
    output: Annotated[SameAs | dict[Range, PacketExpect] | None, Field(union_mode="left_to_right")] = None
    map: Annotated[dict[Name, MapExpect], Field(max_length=16)] | None = None
    variables: Annotated[dict[Name, Expected], Field(max_length=16)] | None = None
    """What `.data` and `.bss` variables hold at the end."""
    events: EventsExpect | SameAs | None = None
    shape: ShapeExpect | None = None
    policy: PolicyExpect | None = None
    metrics: MetricsExpect | None = None
    native: Literal["equal"] | None = None
    action: ActionExpect | None = None

    @model_validator(mode="after")
    def _expects_something(self) -> "Expect":
        if not self.model_fields_set:
            raise ValueError("nothing is expected; write for instance `verdicts: {all: XDP_PASS}`")
        return self
