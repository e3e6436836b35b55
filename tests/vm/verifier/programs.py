"""The hand-written programs near each rejection (tests/data/verifier/programs/*.bpf), expanded, assembled.

A file holds cases. A line ``;; NAME KEY=VALUE,VALUE …`` begins one; its text goes up to the next. Each
combination of values makes a program: ``{KEY}`` in the text stands for the value, and the values are added to
the name. Some keys say how to load instead: ``hook`` (default xdp), ``license`` (GPL), ``attach``, ``flags``,
``profile`` (root). Maps are those of PRELUDE that the text names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from tests.shared_data import CHECKOUT
from vm.asm.assembler import assemble
from vm.program import Program

FOLDER = CHECKOUT / "tests/data/verifier/programs"
_LOADING = ("hook", "license", "attach", "flags", "profile")
PRELUDE = {
    "one": ".map one array key=u32 value=u64 entries=1",
    "arr": ".map arr array key=u32 value=bytes[16] entries=4",
    "big": ".map big array key=u32 value=bytes[64] entries=1",
    "tab": ".map tab hash key=u32 value=bytes[16] entries=8",
    "wide": ".map wide hash key=bytes[16] value=u32 entries=8",
    "percpu": ".map percpu percpu_array key=u32 value=u64 entries=2",
    "perhash": ".map perhash percpu_hash key=u32 value=u64 entries=2",
    "lru": ".map lru lru_hash key=u32 value=u64 entries=4",
    "rb": ".map rb ringbuf entries=4096",
    "progs2": ".map progs2 prog_array key=u32 value=u32 entries=2",
    "progs": ".map progs prog_array key=u32 value=u32 entries=2",
    "events": ".map events perf_event_array key=u32 value=u32 entries=2",
    "queue": ".map queue queue value=u64 entries=4",
    "stak": ".map stak stack value=u64 entries=4",
    "bloom": ".map bloom bloom_filter value=u64 entries=4",
    "devs": ".map devs devmap key=u32 value=u32 entries=2",
    "cpus": ".map cpus cpumap key=u32 value=u32 entries=2",
    "ro": ".map ro array key=u32 value=bytes[16] entries=1 flags=BPF_F_RDONLY_PROG",
    "rotab": ".map rotab hash key=u32 value=u64 entries=2 flags=BPF_F_RDONLY_PROG",
    "wo": ".map wo array key=u32 value=bytes[16] entries=1 flags=BPF_F_WRONLY_PROG",
    "text": '.string text "port %d"',
    "raw": ".rodata raw u32 0x01020304",
    "socks": ".map socks sockmap key=u32 value=u32 entries=2",
    "lpm": ".map lpm lpm_trie key=bytes[8] value=u32 entries=4 flags=BPF_F_NO_PREALLOC",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One program and how to load it."""

    name: str
    text: str
    attach: int
    flags: int
    profile: str

    @property
    def program(self) -> Program:
        assembly = assemble(self.text)
        assert assembly.program is not None, (self.name, [str(found) for found in assembly.diagnostics])
        return assembly.program


def cases(folder: Path = FOLDER, profile: str = "root") -> Iterator[Case]:
    """Every case of every file, in order, loaded as ``profile`` where it says nothing else."""
    for path in sorted(folder.glob("*.bpf")):
        for part in re.split(r"^;; ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
            head, _, body = part.partition("\n")
            yield from _expanded(path.stem, head, body, profile)


def _expanded(file: str, head: str, body: str, profile: str) -> Iterator[Case]:
    name, *settings = head.split()
    keys = [setting.partition("=")[0] for setting in settings]
    lists = [setting.partition("=")[2].split(",") for setting in settings]
    for values in product(*lists):
        chosen = dict(zip(keys, values, strict=True))
        varied = [value for value, values in zip(values, lists, strict=True) if len(values) > 1]
        text = body
        for key, value in chosen.items():
            text = text.replace("{" + key + "}", value)
        yield _case(f"{file}/{' '.join([name, *varied])}", {"profile": profile} | chosen, text)


def _case(name: str, chosen: dict[str, str], text: str) -> Case:
    loading = {key: chosen[key] for key in _LOADING if key in chosen}
    maps = [line for word, line in PRELUDE.items() if re.search(rf"\b{word}\b", text)]
    lines = [f".hook {loading.get('hook', 'xdp')}", f".license {loading.get('license', 'GPL')}", *maps, text]
    attach, flags = int(loading.get("attach", "0")), int(loading.get("flags", "0"))
    return Case(name, "\n".join(lines), attach, flags, loading["profile"])
