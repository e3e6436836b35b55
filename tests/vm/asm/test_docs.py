"""What docs/assembly.md shows is what the assembler takes."""

import re

import pytest

from tests.shared_data import CHECKOUT
from vm.asm import assemble
from vm.asm.directives import DIRECTIVES

PAGE = (CHECKOUT / "docs/assembly.md").read_text("utf-8")
BLOCKS = re.findall(r"```bpf\n(.*?)```", PAGE, re.DOTALL)
TABLE = PAGE[PAGE.index("## Pseudo-C") : PAGE.index("## Mnemonics")]
SHOWN = [text.replace("\\|", "|") for text in re.findall(r"`([^`]+)`", TABLE)]
AROUND = '.map counts hash key=u32 value=u64 entries=1\n.string text "a"\n{}\npass:\nfunction: exit\n'


def test_the_page_has_blocks() -> None:
    assert len(BLOCKS) == 4


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_blocks_assemble(block: str) -> None:
    assembly = assemble(block)
    assert not assembly.diagnostics, [str(found) for found in assembly.diagnostics]


@pytest.mark.parametrize("line", [text for text in SHOWN if re.search(r"\w.*\w \S|^exit", text)])
def test_lines_of_the_table_assemble(line: str) -> None:
    assembly = assemble(AROUND.format(line))
    assert not assembly.diagnostics, [str(found) for found in assembly.diagnostics]


def test_directives_are_described() -> None:
    for name, row in DIRECTIVES.items():
        if row.usage.endswith("…"):
            continue  # what compilers write
        assert f"`{name} " in PAGE, name
