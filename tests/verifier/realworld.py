"""`python -m tests.verifier.realworld`: programs as people write them, and their neighbours, on both sides.

The sources are tests/data/realworld/*.c and *.bpf, compiled by clang for several instruction sets and levels
of optimisation. Every program is asked, and so many mutants of each. Needs root and clang 18 or later.
"""

import argparse
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from app.linux.bpf import kernel_version, unavailable
from tests.llvm import llvm_tool
from tests.shared_data import CHECKOUT
from tests.verifier.compare import show
from tests.verifier.mutate import mutant
from tests.verifier.outcome import Outcome, classes, outcome, table
from tests.verifier.verdict import LONG, kernels
from vm.asm.elf import load_elf
from vm.asm.elf.reader import read_elf
from vm.program import Program
from vm.uapi.attach_types import AttachType
from vm.uapi.prog_types import HOOKS, ProgType

FOLDER = CHECKOUT / "tests/data/realworld"
VARIANTS = (("v1", "2"), ("v2", "2"), ("v3", "2"), ("v4", "2"), ("v3", "1"))
"""Instruction set (-mcpu) and level of optimisation (-O)."""
_FLAGS = ("-g", "-target", "bpf", "-Wno-compare-distinct-pointer-types", "-Wno-parentheses")
_INCLUDE = Path("/usr/include/x86_64-linux-gnu")  # where Debian keeps asm/types.h

SECTIONS: dict[str, tuple[ProgType, AttachType | None]] = {
    "cgroup/skb": (ProgType.CGROUP_SKB, None),
    "cgroup/sock_create": (ProgType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_CREATE),
    "cgroup/post_bind4": (ProgType.CGROUP_SOCK, AttachType.CGROUP_INET4_POST_BIND),
    "cgroup/bind4": (ProgType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_BIND),
    "cgroup/connect4": (ProgType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_CONNECT),
    "cgroup/connect6": (ProgType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_CONNECT),
    "cgroup/sendmsg4": (ProgType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_SENDMSG),
    "cgroup/recvmsg4": (ProgType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_RECVMSG),
    "cgroup/dev": (ProgType.CGROUP_DEVICE, AttachType.CGROUP_DEVICE),
    "cgroup/sysctl": (ProgType.CGROUP_SYSCTL, AttachType.CGROUP_SYSCTL),
    "cgroup/getsockopt": (ProgType.CGROUP_SOCKOPT, AttachType.CGROUP_GETSOCKOPT),
    "cgroup/setsockopt": (ProgType.CGROUP_SOCKOPT, AttachType.CGROUP_SETSOCKOPT),
    "sk_skb/parser": (ProgType.SK_SKB, AttachType.SK_SKB_STREAM_PARSER),
    "sk_reuseport": (ProgType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT),
    "sk_lookup": (ProgType.SK_LOOKUP, AttachType.SK_LOOKUP),
    "sk_msg": (ProgType.SK_MSG, AttachType.SK_MSG_VERDICT),
    "sockops": (ProgType.SOCK_OPS, AttachType.CGROUP_SOCK_OPS),
    "netfilter": (ProgType.NETFILTER, AttachType.NETFILTER),
    "flow_dissector": (ProgType.FLOW_DISSECTOR, AttachType.FLOW_DISSECTOR),
    "lwt_seg6local": (ProgType.LWT_SEG6LOCAL, None),
    "lirc_mode2": (ProgType.LIRC_MODE2, AttachType.LIRC_MODE2),
}
"""Sections that must be loaded with an attach type, or that are no hook of ours."""


@dataclass(frozen=True, slots=True)
class Real:
    """A program, its name (file/function variant), and the attach type it is loaded with."""

    name: str
    program: Program
    attach_type: int = 0


def compiled(source: Path, cpu: str, level: str) -> bytes:
    """The object file of a source."""
    clang = llvm_tool("clang")
    if clang is None:
        raise SystemExit("clang 18 or later is not installed")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "object.o"
        command = [clang, f"-O{level}", *_FLAGS, f"-mcpu={cpu}", f"-I{_INCLUDE}", "-c", str(source)]
        subprocess.run([*command, "-o", str(out)], check=True)
        return out.read_bytes()


def programs_of(source: Path, cpu: str, level: str) -> Iterator[Real]:
    """The programs of a source, each with the maps it uses and no others."""
    data = compiled(source, cpu, level)
    elf = read_elf(data)
    sections = {each.name: elf.sections[each.section].name for each in elf.symbols if each.section}
    found = load_elf(data)
    for diagnostic in found.diagnostics:
        raise SystemExit(f"{source.name}: {diagnostic.message}")
    for program in found.programs:
        section = sections[program.name]
        kind, attach = SECTIONS.get(section, (None, None))
        kind = kind or HOOKS[section].prog_type
        name = f"{source.stem}/{program.name} {cpu} O{level}"
        yield Real(name, own_maps(replace(program, prog_type=kind, spans={})), attach or 0)


def own_maps(program: Program) -> Program:
    """The program with the maps it refers to alone, and one more where it has them."""
    from tests.verifier.mutate import with_slots

    used = sorted({one.imm for one in program.slots if one.opcode == 0x18 and one.src in (1, 2)})
    if len(used) < len(program.maps):
        spare = next(n for n in range(len(program.maps)) if n not in used)
        used = [*used, spare]
    place = {old: new for new, old in enumerate(used)}
    slots = [
        replace(one, imm=place[one.imm]) if one.opcode == 0x18 and one.src in (1, 2) else one
        for one in program.slots
    ]
    maps = tuple(replace(program.maps[old], init=_plain(program, old)) for old in used)
    return with_slots(replace(program, maps=maps), slots)


def _plain(program: Program, index: int) -> tuple[tuple[bytes, bytes], ...]:
    """First contents that are bytes, not programs or maps, which are not there when this one is loaded."""
    spec = program.maps[index]
    return spec.init if spec.type.name == "ARRAY" else ()


def everything(only: str = "", variants: tuple[tuple[str, str], ...] = VARIANTS) -> Iterator[Real]:
    """All programs whose name contains ``only``, by source, by variant; none twice."""
    seen = set()
    for source in sorted(FOLDER.glob("*.c")):
        for cpu, level in variants:
            for real in programs_of(source, cpu, level):
                key = (real.program.prog_type, real.program.slots, real.attach_type)
                if only in real.name and key not in seen:
                    seen.add(key)
                    yield real


def neighbours(real: Real, count: int, salt: str = "") -> Iterator[Real]:
    """The program itself and ``count`` mutants."""
    yield real
    for n in range(count):
        seed = f"{salt}{real.name} #{n}"
        done, program = mutant(real.program, seed)
        yield Real(f"{seed} ({done})", program, real.attach_type)


def _asked(real: Real, count: int, salt: str) -> list[Outcome]:
    """The answers to a program and its mutants, without those that Linux walks for long."""
    return [
        outcome(each.name, each.program, attach_type=each.attach_type)
        for each in neighbours(real, count, salt)
        if kernels(each.program, 4, each.attach_type).processed <= LONG
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("only", nargs="?", default="", help="part of the names to take")
    parser.add_argument("--variant", action="append", help="such as v3-O2; all of them without")
    parser.add_argument("--mutants", type=int, default=10, help="of each program")
    parser.add_argument("--salt", default="", help="another text gives other mutants")
    parser.add_argument("--show", type=int, metavar="N", help="the Nth mutant's logs (0: the program itself)")
    parser.add_argument("--most", type=int, default=20, help="classes to print of each group")
    parser.add_argument("--seconds", type=float, default=1e9, help="stop, and say how far it came")
    parser.add_argument("--skip", type=int, default=0, help="programs to pass over first")
    given = parser.parse_args()
    if reason := unavailable():
        raise SystemExit(reason)
    variants = tuple(
        pair for pair in VARIANTS if not given.variant or f"{pair[0]}-O{pair[1]}" in given.variant
    )
    reals = list(everything(given.only, variants))
    if given.show is not None:
        each = list(neighbours(reals[0], given.show, given.salt))[-1]
        print("\n".join(show(each.name, each.program, attach_type=each.attach_type)))
        return
    found: list[Outcome] = []
    until, asked = time.monotonic() + given.seconds, 0
    for real in reals[given.skip :]:
        if time.monotonic() > until:
            break
        found += _asked(real, given.mutants, given.salt)
        asked += 1
    left = len(reals) - given.skip - asked
    print(f"Linux {kernel_version()}, {asked} programs and mutants of each; {left} left for another run")
    print("\n".join(table(found)))
    print("\n".join(classes(found, given.most)))


if __name__ == "__main__":
    main()
