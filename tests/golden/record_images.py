"""Records the machine code Linux makes of recorded programs (tests/data/jit/images.jsonl.xz) and of cases."""

import platform
from collections.abc import Iterator

from app.linux.ask import kernel_maps
from app.linux.bpf import load
from app.linux.image import image_of
from tests.jit import cases
from tests.jit.images import chosen, write
from tests.jit.measure import image_by_linux
from tests.kernel_runs.test_replay import setup_of


def images() -> Iterator[tuple[int, list[str]]]:
    """Each program's seed and functions; the maps have their contents, for a frozen one's decide branches."""
    for record in chosen():
        program = setup_of(record).programs[0]
        with kernel_maps(program.maps) as maps:
            loaded = load(bytes.fromhex(record["insns"]), program.prog_type, maps, log_level=0)
        if not loaded.error:
            yield record["seed"], [code.hex() for code in image_of(loaded.fd).native]
            loaded.close()


def cases_by_linux() -> dict[str, list[str]]:
    """The code of each case; all of them load."""
    found = {name: image_by_linux(cases.program(name)) for name in cases.names()}
    return {name: [code.hex() for code in functions or ()] for name, functions in found.items()}


def main() -> None:
    """Asks for every chosen program."""
    cases.write(cases_by_linux())
    print(f"{write(platform.release(), images()):,} images")
