"""What native code and the makers of its tables must agree about."""

import pytest

from vm.jit.guarded.lookup import chain_of, chunks
from vm.jit.guarded.surroundings import Layout


@pytest.mark.parametrize("size", range(1, 65))
def test_chunks_cover_every_byte_once(size: int) -> None:
    covered = [at + n for at, word in chunks(size) for n in range(word)]
    assert covered == list(range(size))


@pytest.mark.parametrize("size", [1, 2, 4, 6, 8, 12, 64])
def test_chains_are_within_the_table_and_short(size: int) -> None:
    bits = Layout(slots=256, lru=False).bits
    chains = [chain_of(n.to_bytes(size, "little"), bits) for n in range(256)]
    assert 0 <= min(chains) <= max(chains) < 1 << bits
    assert max(map(chains.count, chains)) <= 4


def test_the_arrays_of_a_table_do_not_overlap() -> None:
    for slots in (1, 2, 3, 100, 4097):
        layout = Layout(slots, lru=True)
        ends = [layout.heads, layout.next, layout.free, layout.live, layout.log, layout.older, layout.newer,
                layout.used, layout.size]  # fmt: skip
        assert ends == sorted(ends)
        assert layout.next - layout.heads == 4 << layout.bits
        assert all(end % 8 == 0 for end in ends)
        assert layout.size - layout.used >= 8 * (slots + 1)
