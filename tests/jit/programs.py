"""Programs made at random that call helpers of maps and functions of their own, in loops, with mistakes."""

from collections.abc import Iterator
from random import Random

from vm.asm import assemble
from vm.program import Program
from vm.uapi.prog_types import ProgType

_KINDS = ("array", "percpu_array", "hash", "percpu_hash", "lru_hash", "lru_percpu_hash")
_WORDS = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}
_FUNCTION = """
fun:
    *(u64 *)(r10 - 8) = r1
    r6 = r2
    r6 += -24
    r0 = *(u64 *)(r6 + 0)
    r3 = r10
    r3 += -8
    r4 = *(u64 *)(r3 + 0)
    r0 += r4
    r5 = *(u8 *)(r10 - 99)
    r0 += r5
    if r1 s< {least} goto back
    r1 -= 1
    r2 = r10
    r2 += -{near}
    *(u64 *)(r10 - 24) = r1
    call fun
back:
    exit
"""


def program(rnd: Random) -> Program:
    """A program for XDP; it may fault, run for long, or call itself too deep."""
    text = "\n".join(_Text(rnd).lines())
    assembly = assemble(text, prog_type=ProgType.XDP)
    if assembly.program is None:
        raise AssertionError("\n".join(map(str, assembly.errors)))
    return assembly.program


class _Text:
    """One program: up to three maps, and a loop over up to eight things to do."""

    def __init__(self, rnd: Random) -> None:
        self._rnd = rnd
        self._maps = [self._map(n) for n in range(rnd.randint(1, 3))]
        self._labels = 0

    def _map(self, n: int) -> tuple[str, str, int]:
        """Name, declaration and size of a value."""
        rnd = self._rnd
        kind = rnd.choice(_KINDS)
        key = 4 if "array" in kind else rnd.choice([1, 2, 4, 6, 8, 12, 16])
        value = rnd.choice([1, 4, 8, 12, 16, 24] if kind.startswith("percpu") else [1, 4, 8, 12, 24, 200])
        flags = " flags=1" if kind in ("hash", "percpu_hash") and rnd.random() < 0.4 else ""
        entries = rnd.choice([1, 2, 3, 8, 20])
        return f"m{n}", f".map m{n} {kind} key={key} value={value} entries={entries}{flags}", value

    def lines(self) -> Iterator[str]:
        rnd = self._rnd
        yield from (".program made", ".hook xdp", *(declared for _, declared, _ in self._maps))
        yield from ("r6 = r1", "r7 = 0", f"r9 = {rnd.randint(1, 60)}", "top:")
        calls = False
        for _ in range(rnd.randint(1, 8)):
            what = rnd.choice([self._look_up, self._look_up, self._update, self._update, self._delete,
                               self._event, self._packet, self._call])  # fmt: skip
            calls |= what == self._call
            yield from what()
        yield from ("r9 -= 1", "if r9 != 0 goto top", "out:", "r0 = r7", "exit")
        if calls:
            yield _FUNCTION.format(least=rnd.choice([3, 3, -1]), near=rnd.choice([8, 1, 40]))

    def _key(self) -> Iterator[str]:
        """r2: 24 bytes on the stack, often of few different values."""
        rnd = self._rnd
        if rnd.random() < 0.7:
            yield from ("r7 *= 1103515245", "r7 += 12345", "r8 = r7", "r8 >>= 16")
            yield f"r8 %= {rnd.choice([2, 3, 5, 10, 40])}"
        else:
            yield f"r8 = {rnd.randint(0, 5)}"
        yield from (
            f"*(u64 *)(r10 - {off}) = {'r8' if off == 24 else rnd.choice(['r8', '0'])}" for off in (24, 16, 8)
        )
        yield from ("r2 = r10", "r2 += -24")

    def _look_up(self) -> Iterator[str]:
        rnd, (name, _, value) = self._rnd, self._rnd.choice(self._maps)
        self._labels += 1
        base, size = rnd.choice(["r0", "r4"]), rnd.choice([n for n in _WORDS if n <= value])
        off = value - size + 1 if rnd.random() < 0.02 else rnd.choice([0, 0, value - size])
        yield from (*self._key(), f"r1 = {name} ll", "call bpf_map_lookup_elem", "r4 = r0")
        yield f"if {base} == 0 goto l{self._labels}"
        yield from (
            f"r5 = *({_WORDS[size]} *)({base} + {off})",
            "r5 += 1",
            f"*({_WORDS[size]} *)({base} + {off}) = r5",
        )
        if size >= 4:
            yield from ("r3 = 1", f"lock *({_WORDS[size]} *)({base} + {off}) += r3")
        yield f"l{self._labels}:"

    def _update(self) -> Iterator[str]:
        rnd, (name, _, value) = self._rnd, self._rnd.choice(self._maps)
        yield from self._key()
        yield from (
            f"*(u64 *)(r10 - {256 - off}) = {rnd.choice(['r7', 'r9', '7'])}" for off in range(0, value, 8)
        )
        yield from ("r3 = r10", "r3 += -256", f"r1 = {name} ll", f"r4 = {rnd.choice([0, 0, 0, 1, 2, 3, 4])}")
        yield from ("call bpf_map_update_elem", "r7 ^= r0")

    def _delete(self) -> Iterator[str]:
        name = self._rnd.choice(self._maps)[0]
        yield from (*self._key(), f"r1 = {name} ll", "call bpf_map_delete_elem")

    def _event(self) -> Iterator[str]:
        yield f"call bpf_{self._rnd.choice(['ktime_get_ns', 'get_prandom_u32', 'get_smp_processor_id'])}"
        yield "r7 ^= r0"

    def _packet(self) -> Iterator[str]:
        yield from ("r2 = *(u32 *)(r6 + 0)", "r3 = *(u32 *)(r6 + 4)", "r7 += r2", "r4 = r2", "r4 += 20")
        yield from ("if r4 > r3 goto out", "r5 = *(u8 *)(r2 + 3)", "r5 += r7", "*(u16 *)(r2 + 4) = r5")

    def _call(self) -> Iterator[str]:
        yield from ("r1 = r9", "r2 = r10", "call fun", "r7 += r0")
