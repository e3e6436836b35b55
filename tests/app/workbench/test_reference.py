"""The reference says nothing that the simulator would not take."""

import json

import pytest

from app.workbench.reference import reference
from vm.asm import assemble

REFERENCE = json.loads(reference())
HEAD = ".map counts hash key=u32 value=u64 entries=4\n.hook socket\n"
TAIL = "\nlabel: r0 = 0\nexit\nfunction: r0 = 0\nexit"


@pytest.mark.parametrize("syntax", ["syntax", "mnemonic"])
@pytest.mark.parametrize("insn", REFERENCE["instructions"], ids=lambda insn: insn["name"])
def test_every_instruction_is_written_as_the_assembler_takes_it(insn: dict[str, str], syntax: str) -> None:
    found = assemble(HEAD + insn[syntax] + TAIL)
    assert not found.errors, [str(error) for error in found.errors]


@pytest.mark.parametrize(
    "table", ["constants", "fields", "helpers", "instructions", "hooks", "maps", "loaders"]
)
def test_every_row_is_explained(table: str) -> None:
    assert REFERENCE[table]
    assert [row for row in REFERENCE[table] if not row["doc"]] == []
