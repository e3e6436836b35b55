"""Records the machine code Linux makes of the built-in examples (app/workbench/native_images.json)."""

import json

from app.linux.bpf import kernel_version
from app.workbench.examples import load
from app.workbench.native_align import decoded
from app.workbench.native_asked import image
from app.workbench.native_recorded import FILE, key_of
from app.workbench.verdict import programs_of
from vm.kernel.native import Compiled, compile_program
from vm.program import Program
from vm.source import HookscopeError


def _image(program: Program) -> list[str] | None:
    """Each function as hex, addresses 0; None for a program that is not loaded."""
    if not isinstance(compile_program(program), Compiled):
        return None
    try:
        return [b"".join(line.code for line in decoded(code, "intel")).hex() for code in image(program)]
    except HookscopeError as refused:
        print(f"{program.name}: {refused.diagnostic.message}")
        return None


def main() -> None:
    """Asks for every program of every example."""
    images = {}
    for example in load():
        for program in programs_of(example.inputs.source, example.inputs.hook):
            found = _image(program)
            if found is not None:
                images[key_of(program)] = found
    text = json.dumps({"release": kernel_version().split("-")[0], "images": images}, indent=1)
    FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{len(images)} images")
