"""`python -m tests.verifier.fuzz [--seconds N]`: any bytes get a verdict or a clear error, within bounds.

Random bytes and slots, recorded programs broken in one to many places, two of them spliced, bytes flipped,
and object files broken the same way. Nothing may be raised but HookscopeError, no walk may process more than
its limit, take longer than its time or more memory than LIMIT_BYTES. With `--kernel` (root) verdicts are
compared too.
What breaks is kept in tests/data/verifier/fuzzed.jsonl, which the tests ask again.
"""

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from app.linux.bpf import unavailable
from tests.shared_data import CHECKOUT
from tests.verifier.mutate import mutant, with_slots
from tests.verifier.programs import record_of
from tests.verifier.recorded import read
from tests.verifier.verdict import Verdict, kernels, ours
from vm.asm.elf import load_elf
from vm.encoding import LD_IMM64, decode, pack, unpack
from vm.instruction import Slot
from vm.program import MapSpec, Program
from vm.source import HookscopeError
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType
from vm.verifier import Options, verify

KEPT = CHECKOUT / "tests/data/verifier/fuzzed.jsonl"
OBJECTS = CHECKOUT / "tests/data/asm/objects"
LIMIT_BYTES = 1 << 30
LIMIT = 50_000
"""Instructions a walk may process here; the longest a walk may compute is SECONDS."""
SECONDS = 20
POOL = 400
"""Recorded programs that are broken."""
_MAPS = (
    MapSpec("map0", MapType.ARRAY, 4, 8, 2),
    MapSpec("map1", MapType.HASH, 4, 16, 2),
    MapSpec("map2", MapType.RINGBUF, 0, 0, 4096),
)
_OPCODES = (
    *(0x07, 0x0F, 0x17, 0x47, 0x57, 0x67, 0x77, 0x87, 0xB7, 0xBF, 0xC7, 0xD4, 0xDC, 0x04, 0x0C, 0xB4, 0xBC),
    *(0x05, 0x06, 0x15, 0x1D, 0x25, 0x2D, 0x35, 0x55, 0x6D, 0xA5, 0xC5, 0xE5, 0x16, 0x26, 0xA6),
    *(
        0x18,
        0x20,
        0x28,
        0x30,
        0x40,
        0x61,
        0x69,
        0x71,
        0x79,
        0x62,
        0x7A,
        0x63,
        0x7B,
        0x73,
        0x85,
        0x95,
        0xC3,
        0xDB,
    ),
)
"""Opcodes chosen more often than others."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is broken: recorded programs and object files."""

    programs: tuple[Program, ...]
    objects: tuple[bytes, ...]


def pool() -> Pool:
    """Every so many recorded programs, and the compiled objects."""
    programs = tuple(one.program for one in read(10_000 // POOL))
    return Pool(programs, tuple(path.read_bytes() for path in sorted(OBJECTS.glob("*.o"))))


def _random_bytes(rng: Random, _pool: Pool) -> Program:
    slots = unpack(rng.randbytes(8 * rng.randrange(1, 40)))
    return Program("fuzz", rng.choice(list(ProgType)), slots, decode(slots), _MAPS)


def _random_slots(rng: Random, _pool: Pool) -> Program:
    slots = [_slot(rng) for _ in range(rng.randrange(1, 60))]
    slots += [Slot(0xB7), Slot(0x95)]
    return Program("fuzz", rng.choice(list(ProgType)), tuple(slots), decode(slots), _MAPS)


def _slot(rng: Random) -> Slot:
    opcode = rng.choice(_OPCODES) if rng.random() < 0.95 else rng.randrange(256)
    off = rng.choice((0, 0, 1, 2, -1, -8, -16, 4, rng.randrange(-(1 << 15), 1 << 15)))
    imm = rng.choice((0, 1, 2, 3, 8, -1, 64, rng.randrange(212), rng.randrange(-(1 << 31), 1 << 31)))
    return Slot(opcode, rng.choice((0, 1, 2, 3, 6, 10, rng.randrange(16))), rng.randrange(11), off, imm)


def _broken(rng: Random, pool: Pool) -> Program:
    program = rng.choice(pool.programs)
    for _ in range(rng.randrange(1, 4)):
        program = mutant(program, str(rng.random()))[1]
    return program


def _flipped(rng: Random, pool: Pool) -> Program:
    program = rng.choice(pool.programs)
    code = bytearray(pack(program.slots))
    for _ in range(rng.randrange(1, 9)):
        code[rng.randrange(len(code))] ^= 1 << rng.randrange(8)
    return with_slots(program, unpack(bytes(code)))


def _spliced(rng: Random, pool: Pool) -> Program:
    one, other = rng.choice(pool.programs), rng.choice(pool.programs)
    cut = rng.randrange(len(one.slots))
    slots = one.slots[:cut] + other.slots[rng.randrange(len(other.slots)) :]
    kind = rng.choice((one.prog_type, one.prog_type, rng.choice(list(ProgType))))
    return replace(with_slots(one, slots * rng.choice((1, 1, 1, 2, 20))), prog_type=kind)


def _other_type(rng: Random, pool: Pool) -> Program:
    return replace(_broken(rng, pool), prog_type=rng.choice(list(ProgType)))


MAKERS: tuple[Callable[[Random, Pool], Program], ...] = (
    _random_bytes, _random_slots, _broken, _broken, _broken, _flipped, _spliced, _other_type,
)  # fmt: skip


def made(seed: str, pool: Pool) -> Program:
    """The program of a seed."""
    rng = Random(seed)
    return rng.choice(MAKERS)(rng, pool)


def from_object(seed: str, pool: Pool) -> list[Program]:
    """The programs of a broken object file; none is an answer too."""
    rng = Random(seed)
    data = bytearray(rng.choice(pool.objects))
    for _ in range(rng.randrange(1, 30)):
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(1, 5)] = rng.randbytes(rng.randrange(1, 5))
    return list(load_elf(bytes(data)).programs)


def complaint(program: Program, log_level: int = 0, profile: str = "root") -> str:
    """What is wrong with our answer; empty for a verdict or a clear error, within bounds."""
    started = time.process_time()
    try:
        report = verify(program, Options(log_level=log_level, profile=profile, limit=LIMIT))
    except HookscopeError:
        return ""
    except Exception as error:  # noqa: BLE001 - that is what is looked for
        return f"{type(error).__name__}: {error}"
    if report.processed > LIMIT + 1:
        return f"processed {report.processed:,}"
    if (took := time.process_time() - started) > SECONDS:
        return f"took {took:.1f} s for {report.processed:,} instructions"
    if not report.accepted and not report.what:
        return f"refused without words: {report.error}"
    return ""


_COMPLEX = "jumps is too complex"
"""Programs so refused are kept from the kernel: 6.18.44 may crash where the fork is one of arithmetic."""


def difference(program: Program, profile: str = "root") -> str:
    """Where the kernel's verdict is another; empty where it agrees or cannot be asked."""
    missing = any(
        one.opcode == LD_IMM64 and one.src in (1, 2) and not 0 <= one.imm < len(program.maps)
        for one in program.slots
    )
    if profile != "root" or missing:  # which descriptors are open is this process's own matter
        return ""
    report = verify(program, Options(limit=LIMIT))
    if report.processed > LIMIT or _COMPLEX in report.error:
        return ""
    try:
        kernel: Verdict = kernels(program, 4)
    except (HookscopeError, OSError):
        return ""
    mine = ours(program, 4)
    if mine.accepted and not kernel.accepted:
        return f"false accept: {kernel.errno} {kernel.error}"
    if kernel.accepted and not mine.accepted:
        return f"false reject: {mine.errno} {mine.error}"
    if (mine.errno, mine.error) != (kernel.errno, kernel.error):
        return f"kernel: {kernel.errno} {kernel.error} | ours: {mine.errno} {mine.error}"
    return (
        "" if mine.processed == kernel.processed else f"processed {kernel.processed}, ours {mine.processed}"
    )


def keep(program: Program, why: str) -> None:
    """Appends the program to the kept cases, with Linux's answer where it can be asked."""
    said = None if unavailable() else kernels(program, 4)
    answer = {} if said is None else {"errno": said.errno, "error": said.error, "processed": said.processed}
    with KEPT.open("a") as kept:
        kept.write(json.dumps({"why": why, **answer, **record_of(program)}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--kernel", action="store_true", help="compare verdicts with this machine's kernel")
    parser.add_argument("--keep", action="store_true", help=f"append what broke to {KEPT.name}")
    given = parser.parse_args()
    if given.kernel and (reason := unavailable()):
        raise SystemExit(reason)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES + (1 << 29), -1))
    ready, until = pool(), time.monotonic() + given.seconds
    count, slowest = 0, 0.0
    wrong: Counter[str] = Counter()
    while time.monotonic() < until:
        seed = f"{given.seed}/{count}"
        count += 1
        rng = Random(seed)
        programs = from_object(seed, ready) if rng.random() < 0.05 else [made(seed, ready)]
        profile = "no-perfmon" if rng.random() < 0.1 else "root"
        for program in programs:
            started = time.monotonic()
            why = complaint(program, rng.choice((0, 1, 6)), profile)
            slowest = max(slowest, time.monotonic() - started)
            if not why and given.kernel:
                why = difference(program, profile)
            if why:
                wrong[why.split(":")[0]] += 1
                print(f"seed {seed} ({program.prog_type.label}, {profile}): {why}", flush=True)
                if given.keep:
                    keep(program, why)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{count:,} programs, {wrong.total()} broke; slowest {slowest:.1f} s, most memory {most} MB")
    for why, number in wrong.most_common(30):
        print(f"{number:6,}  {why}")


if __name__ == "__main__":
    main()
