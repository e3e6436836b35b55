"""The ones' complement arithmetic of internet checksums, with the kernel's words and representations of zero.

Sums are 32 bits wide and read memory as little-endian words, as the CPU does (include/net/checksum.h).
"""

from vm.word import MASK16, MASK32


def csum_add(a: int, b: int) -> int:
    """The 32-bit sum with its carry added back."""
    total = a + b
    return (total & MASK32) + (total >> 32)


def csum_sub(a: int, b: int) -> int:
    """The 32-bit difference."""
    return csum_add(a, ~b & MASK32)


def csum_partial(data: bytes, start: int) -> int:
    """``start`` plus all bytes; 0 only where everything was 0."""
    total = int.from_bytes(data, "little") % MASK32 + start
    if total:
        return (total - 1) % MASK32 + 1
    return MASK32 if any(data) else 0


def fold16(total: int) -> int:
    """A 32-bit sum as 16 bits, not inverted (csum_from32to16)."""
    total = (total & MASK16) + (total >> 16)
    return (total & MASK16) + (total >> 16)


def csum_fold(total: int) -> int:
    """A 32-bit sum as the 16-bit checksum that goes into a header."""
    return ~fold16(total) & MASK16


def replaced(checksum: int, old: int, new: int) -> int:
    """The header checksum after ``old`` became ``new``, both 32 bits (csum_replace4)."""
    return csum_fold(csum_add(csum_sub(~checksum & MASK32, old), new))


def replaced16(checksum: int, old: int, new: int) -> int:
    """The header checksum after ``old`` became ``new``, both 16 bits (csum_replace2)."""
    return ~_add16(_add16(~checksum & MASK16, ~old & MASK16), new) & MASK16


def replaced_by(checksum: int, diff: int) -> int:
    """The header checksum after a change whose sum is ``diff`` (csum_replace_by_diff)."""
    return csum_fold(csum_add(diff, ~checksum & MASK32))


def _add16(a: int, b: int) -> int:
    total = a + b
    return (total & MASK16) + (total >> 16)
