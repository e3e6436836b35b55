"""Programs by hand for what the generated ones lack, with Linux's code: tests/data/jit/cases."""

import json
from pathlib import Path

from vm.asm import assemble
from vm.program import Program

FOLDER = Path(__file__).parents[1] / "data/jit/cases"
GOLDEN = FOLDER / "linux_6_18.json"


def names() -> list[str]:
    """The names of the cases."""
    return sorted(path.stem for path in FOLDER.glob("*.bpf"))


def program(name: str) -> Program:
    """The case as a program."""
    found = assemble((FOLDER / f"{name}.bpf").read_text()).program
    assert found is not None, name
    return found


def write(images: dict[str, list[str]]) -> None:
    """Keeps the code of each function of each case, in hex."""
    GOLDEN.write_text(json.dumps(images, indent=1) + "\n")


def read() -> dict[str, list[bytes]]:
    """The functions' bytes by case."""
    kept: dict[str, list[str]] = json.loads(GOLDEN.read_text())
    return {name: [bytes.fromhex(code) for code in functions] for name, functions in kept.items()}
