"""Records what this machine's kernel says of every answer of every lesson."""

import json
import platform
from hashlib import sha256
from typing import Final

from app.grading.kernel import Said, answers_of, asked
from app.lessons.catalogue import folders
from app.lessons.folder import read
from app.lessons.lesson import Answer
from app.linux.bpf import kernel_version, unavailable
from tests.golden.record_kernel_structs import BTF, types
from tests.shared_data import CHECKOUT
from vm.asm import assemble
from vm.encoding import pack
from vm.program import Program
from vm.uapi.prog_types import ProgType, hook_named

GOLDEN: Final = CHECKOUT / "tests/data/lessons_kernel.json"
_TYPEDEF, _FUNC = 8, 12
Row = tuple[str, dict[str, str]]
"""The digest of an answer, and what Linux says of each of its programs."""


def main() -> None:
    """Writes one line per lesson: for each answer its digest, and what Linux says of its programs."""
    if reason := unavailable():
        raise SystemExit(f"record_lessons: {reason}")
    found = types(BTF.read_bytes())
    ids = {(kind.kind, kind.name): number for number, kind in enumerate(found)}

    def target(program: Program) -> int:
        named = hook_named(program.hook or "")
        assert named is not None
        if program.prog_type is ProgType.LSM:
            return ids[_FUNC, f"bpf_lsm_{named.target}"]
        if named.hook.name == "tp_btf":
            return ids[_TYPEDEF, f"btf_trace_{named.target}"]
        return ids.get((_FUNC, named.target), 0)

    rows, programs = {}, 0
    for lesson in filter(None, (read(folder)[0] for folder in folders(CHECKOUT / "lessons"))):
        row: dict[str, Row] = {name: (digest(answer), {}) for name, answer in answers_of(lesson)}
        for one in asked(lesson, target):
            if one.kernel is None:
                continue
            programs += 1
            row[one.answer][1][one.program] = told(one.kernel)
            if not one.same:
                print(f"{lesson.id} {one.answer} {one.program}: here {one.here}, Linux {one.kernel}")
        rows[lesson.id] = row
    head = {"kernel": kernel_version().split("-")[0], "machine": platform.machine()}
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(row)}" for name, row in rows.items())
    GOLDEN.write_text(f'{json.dumps(head)[:-1]},\n"lessons": {{\n{lines}\n}}}}\n')
    print(f"{len(rows)} lessons, {programs} programs")


def digest(answer: Answer) -> str:
    """Tells an answer that loads otherwise from the recorded one; comments and layout do not count."""
    programs = assemble(answer.source).programs
    loaded = [(pack(one.slots), one.license, one.hook, one.maps) for one in programs]
    return sha256(repr(loaded).encode()).hexdigest()[:12]


def told(said: Said) -> str:
    """A verdict as it is recorded: its last line, or that it is accepted."""
    return "accepted" if said.accepted else said.error
