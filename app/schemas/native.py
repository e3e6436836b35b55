"""A program as machine code, beside the instructions it is made of."""

from typing import Literal

from app.schemas.base import HexBytes, Message, SourceText
from app.schemas.source import DiagnosticView

FormName = Literal["kernel", "guarded", "proved"]
"""What Linux runs; what the simulator runs; the latter without the checks that the proof saves."""


class NativeRequest(Message):
    """The machine code of one program of the text, in one form."""

    source: SourceText
    hook: str = "xdp"
    program: int = 0
    form: FormName = "kernel"
    revision: int = 0


class NativeInsnView(Message):
    """One machine instruction; ``symbol`` is what it leads to outside of its function."""

    at: int
    code: HexBytes
    text: str
    symbol: str


class NativeGroupView(Message):
    """What became of one eBPF instruction; ``pc`` is None for what the compiler adds by itself."""

    pc: int | None
    text: str
    line: int | None
    """Line of the source it was written on."""
    rewritten: Literal["", "context", "lookup", "division", "legacy", "budget", "helper", "dead"]
    """Why Linux made something else of it before it was compiled."""
    say: str
    """What became of it, for a learner."""
    became: list[str]
    """The eBPF instructions Linux put in its place."""
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
    refused: str
    """The kernel's own last line; empty where there is code to show."""
    what: str
    hint: str
    pc: int | None
    functions: list[NativeFunctionView]
    registers: list[NativeRegisterView]
    sizes: NativeSizes | None
