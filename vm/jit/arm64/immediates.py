"""Which constants an A64 instruction can hold in itself."""

from functools import lru_cache


def fits_arithmetic(value: int) -> bool:
    """Whether ``add`` and ``sub`` take the 32-bit pattern: 12 bits, or 12 with 12 zeros behind them."""
    word = value & 0xFFFFFFFF
    return word & ~0xFFF == 0 or word & ~0xFFF000 == 0


def fits_offset(offset: int, size: int) -> bool:
    """Whether a load or store of ``size`` bytes takes the offset: a multiple of it, below 4,096 of them."""
    return 0 <= offset <= 0xFFF * size and offset % size == 0


@lru_cache(maxsize=4096)
def bitmask(value: int, bits: int) -> int | None:
    """The N:immr:imms of a mask that is one run of ones, rotated and repeated; None for other patterns.

    ``bits`` is 32 or 64. Source: DecodeBitMasks in the Arm manual, turned around.
    """
    value &= (1 << bits) - 1
    size = _period(value, bits)
    element = value & ((1 << size) - 1)
    ones = element.bit_count()
    if ones in (0, size):
        return None
    run = (1 << ones) - 1
    for rotation in range(size):
        if _rotated_right(run, rotation, size) == element:
            length = (-2 * size & 0x3F) | (ones - 1)
            return (size == 64) << 12 | rotation << 6 | length
    return None


def _period(value: int, bits: int) -> int:
    """The shortest element, a power of two, that the value repeats."""
    size = bits
    while size > 2:
        half = size // 2
        if value & ((1 << half) - 1) != value >> half & ((1 << half) - 1):
            break
        size = half
    return size


def _rotated_right(value: int, by: int, size: int) -> int:
    return (value >> by | value << (size - by)) & ((1 << size) - 1)
