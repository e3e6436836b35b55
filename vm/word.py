"""64-bit machine words as Python integers: masks, sign, byte order.

Every word inside ``vm`` is an ``int`` in ``0 .. 2**bits - 1``. Signed views are made where a
comparison or a division needs one and never stored.
"""

from typing import Final

MASK16: Final = 0xFFFF
MASK32: Final = 0xFFFF_FFFF
MASK64: Final = 0xFFFF_FFFF_FFFF_FFFF


def mask(bits: int) -> int:
    """The word of ``bits`` ones."""
    return (1 << bits) - 1


def signed(value: int, bits: int = 64) -> int:
    """The two's complement reading of the low ``bits`` of ``value``."""
    value &= (1 << bits) - 1
    return value - (1 << bits) if value >> (bits - 1) else value


def sign_extend(value: int, bits: int, to: int = 64) -> int:
    """The low ``bits`` of ``value``, sign-extended to a word of ``to`` bits."""
    return signed(value, bits) & ((1 << to) - 1)


def byte_swap(value: int, bits: int) -> int:
    """The low ``bits`` (16, 32 or 64) of ``value`` with their bytes in reverse order."""
    size = bits // 8
    return int.from_bytes((value & mask(bits)).to_bytes(size, "little"), "big")


def fits_signed(value: int, bits: int) -> bool:
    """Whether ``value`` can be held by a two's complement field of ``bits``."""
    return -(1 << (bits - 1)) <= value < 1 << (bits - 1)


def fits_imm32(value: int) -> bool:
    """Whether ``value`` can be written as a 32-bit immediate, signed or unsigned."""
    return -(1 << 31) <= value < 1 << 32


def hex64(value: int) -> str:
    """The word as the wire format has it: ``0x`` and 16 lower-case digits."""
    return f"0x{value & MASK64:016x}"
