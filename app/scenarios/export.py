"""Writes docs/scenario.schema.json, with which editors complete and check scripts as they are written.

``python -m app.scenarios.export``; with ``--check`` it only says whether that file is up to date.
"""

import json
import sys
from pathlib import Path

from app.scenarios.schema import Script

TARGET = Path(__file__).parents[2] / "docs/scenario.schema.json"


def schema() -> str:
    """The schema as JSON."""
    found = Script.model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Hookscope scenario"}
    return json.dumps(head | found | {"title": "Hookscope scenario"}, indent=2) + "\n"


def main(*arguments: str) -> int:
    """Writes or checks the file; 1 means it is out of date."""
    if "--check" in arguments:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf-8") == schema() else 1
    TARGET.write_text(schema(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
