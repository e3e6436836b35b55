"""A program as machine code, beside the instructions it is made of."""

from typing import Annotated, Literal

from pydantic import Field

from app.schemas.base import HexBytes, Message, SourceText
from app.schemas.source import DiagnosticView
from app.schemas.trace import Inputs

FormName = Literal["kernel", "guarded", "proved"]
"""What Linux runs; what the simulator runs; the latter without the checks that the proof saves."""
SyntaxName = Literal["intel", "att"]
ArchName = Literal["x86_64", "aarch64"]


class NativeRequest(Message):
    """The machine code of one program of the text, in one form."""

    source: SourceText
    hook: str = "xdp"
    program: int = 0
    form: FormName = "kernel"
    arch: ArchName = "x86_64"
    """AArch64 has the kernel form alone."""
    syntax: SyntaxName = "intel"
    revision: int = 0


class NativeInsnView(Message):
    """One machine instruction; ``symbol`` is what it leads to outside of its function, ``blank`` the bytes
    (from, how many) that only a running kernel knows: they are sent as 0."""

    at: int
    code: HexBytes
    text: str
    symbol: str
    blank: tuple[int, int] | None = None


class NativeGroupView(Message):
    """What became of one eBPF instruction; ``pc`` is None for what the compiler adds by itself."""

    pc: int | None
    text: str
    line: int | None
    """Line of the source it was written on."""
    rewritten: Literal[
        "", "context", "lookup", "division", "legacy", "budget", "helper", "dead", "width", "probe"
    ]
    """Why Linux made something else of it before it was compiled."""
    say: str
    """What became of it, for a learner."""
    became: list[str]
    """The eBPF instructions Linux put in its place."""
    proved: str
    """Of an access: what the verifier proved of it, so that no check need stand before it."""
    check: Literal["", "made", "needless", "dropped", "frame"]
    """In the guarded form, of an access: checked; checked although proved; proved and so unchecked; within
    its frame at a constant offset, which needs no proof."""
    knows: str
    """What the verifier knows r0 to r10 to hold here, a letter each: c context, p packet, e its end, s stack,
    m map or its value, n number, u nothing; empty where it never came. What is written, as it is behind."""
    takes: int
    """Of a call of a helper: its arguments, r1 and those behind it; 0 for anything else."""
    insns: list[NativeInsnView]


class NativeFunctionView(Message):
    """A function; offsets of its instructions count from its own beginning."""

    name: str
    size: int
    groups: list[NativeGroupView]


class NativeRegisterView(Message):
    """Where an eBPF register lives."""

    name: str
    machine: str
    role: str
    used: bool


class NativeSizes(Message):
    """Bytes and instructions; of the guarded form also its checks."""

    bpf_slots: int
    rewritten_slots: int | None
    machine_bytes: int
    machine_insns: int
    checks: int
    """Accesses that the guarded form checks where nothing is proved."""
    dropped: int
    """Of those, the ones that the proof makes needless."""
    saved_bytes: int


class NativeReply(Message):
    """The machine code, or why there is none: the text's mistakes, or the verifier's refusal."""

    revision: int
    diagnostics: list[DiagnosticView]
    programs: list[str]
    program: int
    form: FormName
    arch: ArchName
    syntax: SyntaxName
    refused: str
    """The kernel's own last line; empty where there is code to show."""
    what: str
    hint: str
    pc: int | None
    functions: list[NativeFunctionView]
    registers: list[NativeRegisterView]
    sizes: NativeSizes | None


class LinuxRequest(Message):
    """What Linux made of one program of the text; ``live``: this machine's kernel is to be asked."""

    source: SourceText
    hook: str = "xdp"
    program: int = 0
    syntax: SyntaxName = "intel"
    live: bool = False
    revision: int = 0


class LinuxPairView(Message):
    """An instruction of ours and the one that stands there in Linux's image, None where one side has none.

    ``differs``: empty where all bytes are equal; ``address`` where only what a running kernel fills in is
    different, which both show as 0; ``other`` for anything else.
    """

    ours: int | None
    """Where ours begins in its function."""
    linux: NativeInsnView | None
    differs: Literal["", "address", "other"]


class LinuxFunctionView(Message):
    """The pairs of one function, in order, and how large Linux's is."""

    size: int
    pairs: list[LinuxPairView]


class LinuxReply(Message):
    """Linux's image beside the kernel form, or why there is none to show."""

    revision: int
    source: Literal["asked", "recorded", ""]
    release: str
    """The kernel's, such as 6.18.44."""
    functions: list[LinuxFunctionView]
    same: int
    address: int
    other: int
    """How many pairs are equal, differ in addresses alone, or otherwise."""
    why: str
    """Why nothing is shown, or why this machine's kernel is not asked; empty where it was."""
    may_ask: bool
    """Whether this machine's kernel can be asked."""
    native: str
    """Why native code does not run in this simulator, here; empty where it does."""


Engine = Literal["machine", "python", "native", "batch", "proved", "kernel"]
"""The interpreter; what runs where native code cannot; native code packet by packet, with all packets in one
order, and the same without needless checks; Linux."""


class NativeSamples(Message):
    """Nanoseconds per packet that one engine took, round for round."""

    engine: Engine
    ns: Annotated[list[float], Field(max_length=64)]


class RaceRequest(Message):
    """The next round of a race on one packet of the inputs; ``samples`` are those of the rounds before.

    ``runs`` is how often the packet is sent in each round: what the first answer says, 0 for the first.
    """

    inputs: Inputs
    packet: Annotated[int, Field(ge=0)] = 0
    runs: Annotated[int, Field(ge=0, le=100_000)] = 0
    samples: Annotated[tuple[NativeSamples, ...], Field(max_length=6)] = ()


class RaceLane(Message):
    """One engine's times, in nanoseconds per packet, and how many times as fast as the machine it is."""

    engine: Engine
    title: str
    how: str
    """What was timed."""
    ns: list[float]
    median: float
    low: float
    high: float
    ratio: float


class RaceAbsent(Message):
    """An engine that does not take part, and why."""

    engine: Engine
    title: str
    why: str


class RaceReply(Message):
    """The race as far as it has come; ``rounds`` of ``of`` are run."""

    runs: int
    rounds: int
    of: int
    lanes: list[RaceLane]
    absent: list[RaceAbsent]
    agree: str
    """What all engines answered; or who answered otherwise."""
    method: str
    machine: str
