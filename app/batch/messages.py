"""The lines ``hookscope batch`` takes, each with its ``op``."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.schemas.base import SourceText

HexBytes = Annotated[str, StringConstraints(pattern=r"^([0-9a-fA-F]{2})*$")]
"""Bytes, two hex digits each, in either case."""


class Line(BaseModel):
    """What every question has: an ``id`` of any kind, which comes back with the answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    id: Any = None


class MapLine(BaseModel):
    """A map as the kernel's MAP_CREATE takes it; ``type`` by name or number, ``init`` pairs of hex."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    type: str | int
    key_size: int = Field(ge=0, le=0xFFFF_FFFF)
    value_size: int = Field(ge=0, le=0xFFFF_FFFF)
    max_entries: int = Field(ge=0, le=0xFFFF_FFFF)
    flags: int = Field(default=0, ge=0, le=0xFFFF_FFFF)
    init: tuple[tuple[HexBytes, HexBytes], ...] = ()
    frozen: bool = False
    inner: "MapLine | None" = None


class ProgramLine(Line):
    """A program as bytecode: map references hold the index into ``maps``."""

    prog_type: str = "xdp"
    insns: HexBytes
    maps: tuple[MapLine, ...] = ()
    license: str = "GPL"


class InputLine(ProgramLine):
    """A program with what it is run on."""

    packets: tuple[HexBytes, ...] = ()
    max_steps: int = Field(default=1_000_000, ge=1, le=10_000_000)
    seed: int = 1
    cpu: int = Field(default=0, ge=0, le=63)


class RunLine(InputLine):
    """Run the packets in order on the same maps."""

    op: Literal["run"]
    engine: Literal["machine", "native"] = "machine"
    """What runs it; the answers are the same."""


class VerifyLine(InputLine):
    """Verify as Linux does when it loads; what runs need is allowed and plays no part.

    ``attach_type`` is a name or number of ``enum bpf_attach_type``, ``load_flags`` are the kernel's BPF_F_
    bits, ``log_level`` its 1, 2 and 4, or-ed, ``profile`` what the loader may do.
    """

    op: Literal["verify"]
    attach_type: str | int | None = None
    load_flags: int = Field(default=0, ge=0, le=0xFFFF_FFFF)
    log_level: int = Field(default=1, ge=0, le=7)
    profile: str = "root"


class CfgLine(ProgramLine):
    """Cut into blocks, and say what Linux refuses structurally."""

    op: Literal["cfg"]


class AsmLine(Line):
    """Assemble a text."""

    op: Literal["asm"]
    source: SourceText


class DisasmLine(Line):
    """Write bytecode as text."""

    op: Literal["disasm"]
    insns: HexBytes
    style: Literal["llvm", "kernel", "mnemonic", "source"] = "llvm"


AnyLine = Annotated[RunLine | VerifyLine | CfgLine | AsmLine | DisasmLine, Field(discriminator="op")]
