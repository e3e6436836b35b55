"""The schemas of a lesson's files as JSON, for editors: ``python -m app.grading.export`` writes them.

With ``--check`` it only says whether they are up to date.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import BaseModel

from app.lessons.glossary import Glossary
from app.lessons.schema.checks import Checks
from app.lessons.schema.front import FrontMatter
from app.lessons.schema.hints import Hints

DOCS: Final = Path(__file__).parents[2] / "docs"
SCHEMAS: Final[Mapping[str, type[BaseModel]]] = {
    "lesson.schema.json": FrontMatter,
    "checks.schema.json": Checks,
    "hints.schema.json": Hints,
    "glossary.schema.json": Glossary,
}
"""By file: what the front matter, checks.yaml, hints.yaml and glossary.yaml may hold."""


def schema(model: type[BaseModel]) -> str:
    """A model's JSON schema as a text."""
    return json.dumps(model.model_json_schema(by_alias=True), indent=2, ensure_ascii=False) + "\n"


def main(*arguments: str) -> int:
    """Writes or checks the files; 1 means that one is out of date."""
    late = 0
    for name, model in SCHEMAS.items():
        path, text = DOCS / name, schema(model)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            print(f"docs/{name} is out of date: run `python -m app.grading.export`", file=sys.stderr)
            late = 1
    return late


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
