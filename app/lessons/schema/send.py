"""What a check sends: packets, system calls and other happenings, a scenario, random data, values."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from app.grading.sending.fuzz import VARIATIONS
from app.lessons.schema.base import FileName, Name, Part
from app.scenarios.schema import Call, Function, Running, Sampled, Time, Vary, Woken
from vm.kernel.packet.form import from_form
from vm.kernel.packet.presets import PRESETS
from vm.kernel.scenarios.table import SCENARIOS
from vm.source import HookscopeError, did_you_mean

MAX_REPEAT = 100_000
MOST_CPUS = 4

Cpus = Annotated[tuple[Annotated[int, Field(ge=0, lt=64)], ...], Field(min_length=1, max_length=MOST_CPUS)]


def _preset(name: str) -> None:
    if name not in PRESETS:
        raise ValueError(
            f"there is no packet named `{name[:40]}`; "
            f"{did_you_mean(name, PRESETS) or 'there are ' + ', '.join(PRESETS)}"
        )


class Sent(Part):
    """What all that is sent shares: how often, on which CPUs, in which orders they meet there."""

    repeat: Annotated[int, Field(ge=1, le=MAX_REPEAT)] = 1
    every: Time = 1_000_000
    """The time between two of them."""
    at: Time | None = None
    """When the first comes, counted from the start; else when the one before has ended."""
    cpus: Cpus | None = None
    """Where the repetitions run, in turn; all at the same time where there is more than one."""
    interleavings: Literal["all", "random"] | None = None
    """Which orders of the CPUs' steps are tried: all that differ in a memory access, or some by the seed."""


class PacketSend(Sent):
    """A packet by its fields, as the packet editor writes it: ``{udp: {dport: 53}, cut: 33}``."""

    eth: dict[str, Any] | None = None
    vlan: Any = None
    arp: dict[str, Any] | None = None
    ip: dict[str, Any] | None = None
    ipv4: dict[str, Any] | None = None
    ipv6: dict[str, Any] | None = None
    tcp: dict[str, Any] | None = None
    udp: dict[str, Any] | None = None
    icmp: dict[str, Any] | None = None
    icmpv6: dict[str, Any] | None = None
    dns: Any = None
    http: Any = None
    payload: Any = None
    hex: str | None = None
    pad: int | None = None
    cut: int | None = None
    packet: str | None = None
    """The name of a packet, to be repeated or cut: ``{packet: udp-dns, repeat: 3}``."""
    vary: dict[str, Vary] = Field(default_factory=dict, max_length=16)
    """By path, from one repetition to the next: ``{tcp.sport: {from: 1024, to: 65535}}``."""

    @property
    def form(self) -> Mapping[str, Any]:
        """The packet as plain data."""
        given = {key: getattr(self, key) for key in _FORM_KEYS if key in self.model_fields_set}
        return {**PRESETS[self.packet].form, **given} if self.packet else given

    @model_validator(mode="after")
    def _can_be_built(self) -> "PacketSend":
        if self.packet is not None:
            _preset(self.packet)
        try:
            from_form(self.form)
        except HookscopeError as error:
            hint = f"; {error.diagnostic.hint}" if error.diagnostic.hint else ""
            raise ValueError(error.diagnostic.message + hint) from None
        return self


_FORM_KEYS = ("eth", "vlan", "arp", "ip", "ipv4", "ipv6", "tcp", "udp", "icmp", "icmpv6", "dns", "http",
              "payload", "hex", "pad", "cut")  # fmt: skip


class PcapSend(Sent):
    """The packets of a pcap or pcapng file in the lesson's folder."""

    pcap: FileName


def _known_preset(name: str) -> str:
    _preset(name)
    return name


def _known_variation(name: str) -> str:
    if name not in VARIATIONS:
        raise ValueError(
            f"packets cannot vary in `{name[:40]}`; "
            f"{did_you_mean(name, VARIATIONS) or 'there are ' + ', '.join(VARIATIONS)}"
        )
    return name


def _known_scenario(name: str) -> str:
    if not name.endswith(".yaml") and name not in SCENARIOS:
        raise ValueError(
            f"there is no scenario named `{name[:40]}`; "
            f"{did_you_mean(name, SCENARIOS) or 'there are ' + ', '.join(SCENARIOS)}"
        )
    return name


Preset = Annotated[str, AfterValidator(_known_preset)]
"""The name of a packet."""
Variation = Annotated[str, AfterValidator(_known_variation)]
"""A way in which packets vary."""


class FuzzSend(Part):
    """Packets made from one by changing it at random, by the learner's seed."""

    class Fuzz(Part):
        """``vary`` names what is changed: header fields, tags, lengths."""

        base: Preset | dict[str, Any]
        vary: Annotated[tuple[Variation, ...], Field(min_length=1, max_length=32)]
        count: Annotated[int, Field(ge=1, le=10_000)] = 100

    fuzz: Fuzz


Value = int | str | Annotated[tuple[int | Literal["any"], ...], Field(max_length=4_096)] | Vary
"""A number, text for bytes, a list for an array; ``any`` and ``{from: 1, to: 9}`` are drawn by the seed."""


class RunSend(Sent):
    """Puts values into variables of the program and runs it once: ``{run: {a: 3, b: any}}``."""

    run: Annotated[dict[Name, Value], Field(max_length=16)]


class ScenarioSend(Part):
    """A scenario of the modeled kernel: ``{scenario: syn-flood, set: {sources: 3}, events: 2000}``."""

    scenario: Annotated[
        str, Field(pattern=r"^[a-z0-9-]+(\.yaml)?$", max_length=80), AfterValidator(_known_scenario)
    ]
    """Its name, or a script of the lesson's folder."""
    set: dict[str, int] = Field(default_factory=dict, max_length=16)
    events: Annotated[int, Field(ge=1, le=100_000)] | None = None
    seed: int | Literal["learner"] = "learner"


def _kind(item: object) -> str | None:
    """Which of the things that can be sent it is, by its keys."""
    if isinstance(item, str):
        return "<name>"
    keys = item if isinstance(item, Mapping) else type(item).model_fields if isinstance(item, Part) else ()
    found = next((kind for kind in _BY_KEY if kind in keys), None)
    return f"<{found}>" if found else "<packet>"


_BY_KEY = ("pcap", "fuzz", "run", "scenario", "syscall", "function", "wakes", "runs", "sample")

Send = Annotated[
    Annotated[Preset, Tag("<name>")]
    | Annotated[PacketSend, Tag("<packet>")]
    | Annotated[PcapSend, Tag("<pcap>")]
    | Annotated[FuzzSend, Tag("<fuzz>")]
    | Annotated[RunSend, Tag("<run>")]
    | Annotated[ScenarioSend, Tag("<scenario>")]
    | Annotated[Call, Tag("<syscall>")]
    | Annotated[Function, Tag("<function>")]
    | Annotated[Woken, Tag("<wakes>")]
    | Annotated[Running, Tag("<runs>")]
    | Annotated[Sampled, Tag("<sample>")],
    Discriminator(_kind),
]
"""One thing to send; a bare word is the name of a packet."""
