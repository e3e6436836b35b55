"""What an instruction is lowered to: bytes, and transfers whose length depends on the distance."""

from dataclasses import dataclass
from enum import IntEnum


@dataclass(frozen=True, slots=True)
class Emit:
    """Bytes that stand wherever they are put."""

    code: bytes


@dataclass(frozen=True, slots=True)
class Branch:
    """A jump to slot ``to`` of the same function; with a condition of the machine's, or always."""

    to: int
    cond: IntEnum | None = None


@dataclass(frozen=True, slots=True)
class CallLocal:
    """A call of the function that begins at slot ``to``."""

    to: int


@dataclass(frozen=True, slots=True)
class CallOut:
    """A call of a kernel function; its address is known only to a running kernel."""

    name: str


@dataclass(frozen=True, slots=True)
class Address:
    """A 64-bit constant only a running kernel knows, such as where a map is; ``code`` ends in its 8 bytes."""

    code: bytes
    name: str


@dataclass(frozen=True, slots=True)
class ShortAddress:
    """A kernel address in 32 sign-extended bits; ``code`` ends in its 4 bytes."""

    code: bytes
    name: str


@dataclass(frozen=True, slots=True)
class AddressPart:
    """An instruction that brings 16 bits of such a constant; they are open in ``code``."""

    code: bytes
    name: str


@dataclass(frozen=True, slots=True)
class JumpOut:
    """A jump to a kernel function."""

    name: str


@dataclass(frozen=True, slots=True)
class Return:
    """The end of the function: the first one is its epilogue, others jump there."""


Piece = Emit | Address | ShortAddress | AddressPart | Branch | CallLocal | CallOut | JumpOut | Return
Lowered = tuple[Piece, ...]
