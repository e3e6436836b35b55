"""The contents a witness wants maps to begin with, written into the learner's text: ``init=`` of the map."""

import re
from collections.abc import Sequence
from typing import Final

from vm.asm import assemble
from vm.maps.display import key_text, value_text
from vm.program import MapSpec
from vm.verifier.explain.explanation import Edit
from vm.witness.answer import Contents, Witness

_INIT: Final = re.compile(r"\s+init=\{.*\}")
_COMMENT: Final = re.compile(r"\s*(;|//|#).*$")


def edits_for(witness: Witness, maps: Sequence[MapSpec], lines: Sequence[str]) -> tuple[Edit, ...]:
    """Edits after which the text's maps begin so; none where they do, or where it cannot be written."""
    edits = []
    for contents in witness.contents:
        spec = next(spec for spec in maps if spec.name == contents.map)
        edit = _edit(contents, spec, lines)
        if edit is None:
            return ()
        edits.append(edit)
    return tuple(edits) if edits and _right(witness, lines, edits) else ()


def _edit(contents: Contents, spec: MapSpec, lines: Sequence[str]) -> Edit | None:
    declared = re.compile(rf"\s*\.map\s+{re.escape(contents.map)}\s")
    for number, line in enumerate(lines, 1):
        if not declared.match(line):
            continue
        comment = _COMMENT.search(line)
        end = comment.start() if comment else len(line.rstrip())
        old = _INIT.search(line, 0, end)
        entries = (f"{key_text(spec, key)}: {value_text(spec, value)}" for key, value in contents.entries)
        new = f" init={{{', '.join(entries)}}}" if contents.entries else ""
        return Edit(number, old.start(), old.end(), new) if old else Edit(number, end, end, new)
    return None


def _right(witness: Witness, lines: Sequence[str], edits: Sequence[Edit]) -> bool:
    """Whether the edited text gives the maps what is wanted."""
    text = list(lines)
    for edit in edits:
        line = text[edit.line - 1]
        text[edit.line - 1] = line[: edit.start] + edit.text + line[edit.end :]
    assembly = assemble("\n".join(text))
    if not assembly.ok:
        return False
    given = {spec.name: spec.init for program in assembly.programs for spec in program.maps}
    return all(dict(given.get(one.map, ())) == dict(one.entries) for one in witness.contents)
