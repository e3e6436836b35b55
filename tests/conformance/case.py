"""Files in the format of bpf_conformance: sections behind lines of ``--``, comments behind ``#``."""

import re
import struct
from dataclasses import dataclass
from pathlib import Path

from vm.asm import assemble
from vm.encoding import decode, unpack
from vm.program import Program
from vm.uapi.prog_types import ProgType

_SECTION = re.compile(r"--\s*(asm|result|mem|raw|error|c|no register offset)")


@dataclass(frozen=True, slots=True)
class Case:
    """One file: ``asm`` or ``raw`` words, the memory r1 points at, and the r0 or the refusal it expects."""

    name: str
    asm: str
    raw: tuple[int, ...]
    memory: bytes
    result: int | None
    error: str | None

    def program(self) -> Program:
        """The program of the case; an assertion fails where it does not assemble."""
        if self.raw:
            slots = unpack(struct.pack(f"<{len(self.raw)}Q", *self.raw))
            return Program(self.name, ProgType.UNSPEC, slots, decode(slots))
        assembly = assemble(self.asm, name=self.name, prog_type=ProgType.UNSPEC)
        assert assembly.program is not None, "\n".join(map(str, assembly.errors))
        return assembly.program


def read(path: Path) -> Case:
    """The case in ``path``."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in path.read_text().splitlines():
        text = line.split("#")[0].rstrip()
        if found := _SECTION.search(text):
            current = sections.setdefault(found[1], [])
        elif text:
            current.append(text)
    result = sections.get("result")
    error = sections.get("error")
    return Case(
        path.name,
        "\n".join(sections.get("asm", [])),
        tuple(int(word, 0) for line in sections.get("raw", []) for word in line.split()),
        bytes.fromhex(" ".join(sections.get("mem", []))),
        int(result[0].strip(), 0) & (1 << 64) - 1 if result else None,
        error[0].strip() if error else None,
    )
