"""Checksum helpers: all sizes and flags, sums that are zero, odd lengths."""

import random
from collections.abc import Iterator

from tests.vm.helpers.build import CTX, At, Builder, Case, ipv4_packet
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.prog_types import ProgType

_TC = ProgType.SCHED_CLS
_PACKET = ipv4_packet()
_WORDS = (0, 1, 0xFFFF, 0x10000, 0xFFFFFFFF, 0x12345678, 0x1_0000_0000, 0xFFFF_FFFF_FFFF_FFFF)


def cases() -> Iterator[Case]:
    """All programs."""
    yield from _diffs()
    yield from _replaces()
    for level in (0, 1, 2, 3, 4, -1, 1 << 32):
        program = (
            Builder(_TC, _PACKET, f"level {level}").call(H.CSUM_LEVEL, CTX, level).call(H.CSUM_LEVEL, CTX, 0)
        )
        for again in (1, 1, 1, 1, 2, 2):
            program.call(H.CSUM_LEVEL, CTX, again).call(H.CSUM_LEVEL, CTX, 0)
        yield program.call(H.CSUM_UPDATE, CTX, 5).call(H.CSUM_LEVEL, CTX, 3).call(H.CSUM_LEVEL, CTX, 0).done()


def _argument(program: Builder, data: bytes) -> tuple[At | int, int]:
    return (program.memory(data), len(data)) if data else (0, 0)


def _diffs() -> Iterator[Case]:
    chosen = random.Random(3)
    blocks = [bytes(n) for n in (0, 4, 8)] + [b"\xff" * n for n in (4, 8)] + [b"\1\2\3\4", b"\xff\xff\0\0"]
    blocks += [chosen.randbytes(n) for n in (1, 2, 3, 5, 12, 20, 40, 64, 512)]
    seeds = (0, 1, 0xFFFF, 0xFFFFFFFF, 0xFFFF0000, 0x12345678)
    for old in blocks:
        for new in blocks:
            seed = chosen.choice(seeds)
            program = Builder(
                _TC, _PACKET, f"diff {old[:8].hex()}:{len(old)} {new[:8].hex()}:{len(new)} {seed:#x}"
            )
            yield program.call(H.CSUM_DIFF, *_argument(program, old), *_argument(program, new), seed).done()
    for seed in (*seeds, 0xFFFF1234, 1 << 32):
        for old, new in ((b"", b""), (b"", bytes(4)), (bytes(4), b""), (bytes(4), bytes(4))):
            program = Builder(ProgType.XDP, _PACKET, f"diff of zeros {len(old)} {len(new)} {seed:#x}")
            yield program.call(H.CSUM_DIFF, *_argument(program, old), *_argument(program, new), seed).done(2)


def _replaces() -> Iterator[Case]:
    chosen = random.Random(4)
    for helper in (H.L3_CSUM_REPLACE, H.L4_CSUM_REPLACE):
        for offset in (0, 1, 24, 25, 40, 72, 73, 74, 0xFFFE, 0x10000, -1, -2):
            for size in (0, 2, 4):
                program = Builder(_TC, _PACKET, f"{helper.name} at {offset} size {size}")
                yield program.call(helper, CTX, offset, 0 if size == 0 else 0x1234, 0xABCD, size).done()
        for flags in (0, 1, 2, 3, 4, 5, 8, 15, 16, 18, 20, 34, 36, 66, 98, 100, 130, 146, 256, 1 << 32 | 2):
            for checksum in (b"\0\0", b"\xff\xff", b"\x12\x34"):
                packet = _PACKET[:24] + checksum + _PACKET[26:]
                for old, new in ((0, 0), (0, 0xFFFF), (chosen.choice(_WORDS), chosen.choice(_WORDS))):
                    name = f"{helper.name} flags {flags:#x} of {checksum.hex()} from {old:#x} to {new:#x}"
                    yield Builder(_TC, packet, name).call(helper, CTX, 24, old, new, flags).done()
        for number in range(60):
            old, new = chosen.choice((*_WORDS, chosen.getrandbits(32))), chosen.getrandbits(32)
            size = chosen.choice((2, 4))
            program = Builder(
                _TC, _PACKET[:24] + chosen.randbytes(2) + _PACKET[26:], f"{helper.name} {number}"
            )
            yield program.call(helper, CTX, 24, old, new, size).done()
