"""What every message shares: unknown keys are errors, and 64-bit words travel as hex strings."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

MAX_SOURCE = 1_048_576
"""Characters of program text one request may carry."""
MAX_MANIFEST = 262_144
"""Characters of one YAML text."""
MAX_PACKET = 65_535
"""Bytes of one packet."""
MAX_PACKETS = 10_000
"""Packets of one scenario."""
WINDOW = 1_024
"""Steps of a trace that travel together."""

Word = Annotated[str, StringConstraints(pattern=r"^0x[0-9a-f]{16}$")]
"""A 64-bit word: 0x and 16 lower-case hex digits."""
HexBytes = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})*$")]
"""Bytes, two lower-case hex digits each."""


def _packet(text: str) -> str:
    if len(text) > 2 * MAX_PACKET:
        raise ValueError(f"a packet has at most {MAX_PACKET:,} bytes; this has {len(text) // 2:,}")
    return text


PacketBytes = Annotated[HexBytes, AfterValidator(_packet)]
Manifest = Annotated[str, StringConstraints(max_length=MAX_MANIFEST)]
SourceText = Annotated[str, StringConstraints(max_length=MAX_SOURCE)]


class Message(BaseModel):
    """The base of all messages."""

    model_config = ConfigDict(extra="forbid", frozen=True)
