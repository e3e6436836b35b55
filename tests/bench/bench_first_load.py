"""How much JavaScript a browser must fetch before the workbench works."""

import gzip
import json
import re
from pathlib import Path

from tests.bench.row import Row, at_most

STATIC = Path(__file__).resolve().parents[2] / "static"
STATIC_IMPORT = re.compile(r"""(?:\bfrom|\bimport)\s*["'](\.[^"']+\.js)["']""")


def first_load(entry: Path) -> set[Path]:
    """`entry` and every script it imports before it runs; not those it imports on demand."""
    needed: set[Path] = set()
    waiting = [entry]
    while waiting:
        script = waiting.pop()
        if script not in needed:
            needed.add(script)
            imports = STATIC_IMPORT.findall(script.read_text("utf-8"))
            waiting += [(script.parent / path).resolve() for path in imports]
    return needed


def bench() -> list[Row]:
    manifest: dict[str, str] = json.loads((STATIC / "dist/manifest.json").read_text())
    scripts = {name: path for name, path in manifest.items() if path.endswith(".js")}
    rows = []
    for name, path in scripts.items():
        size = sum(len(gzip.compress(script.read_bytes())) for script in first_load(STATIC / path))
        rows.append(at_most(f"first load of {name}, JavaScript, gzipped", size / 1000, "kB", 250))
    return rows
