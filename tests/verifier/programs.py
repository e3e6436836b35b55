"""Generated programs: records as the generator gives them, and the programs they are."""

import importlib.util
import sys
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from app.batch.answers import program_of
from app.batch.messages import ProgramLine
from tests.shared_data import shared
from vm.encoding import pack
from vm.program import MapSpec, Program


@cache
def _generator() -> ModuleType | None:
    found = shared("tools/gen.py")
    if found is None:
        return None
    spec = importlib.util.spec_from_file_location("gen", found)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gen"] = module
    spec.loader.exec_module(module)
    return module


def has_generator() -> bool:
    """Whether the shared data holds the generator."""
    return _generator() is not None


def generated(seed: int) -> dict[str, Any]:
    """The generator's record of a seed: prog_type, insns (hex), maps, packets, tags."""
    module = _generator()
    if module is None:
        raise SystemExit("the shared data lacks tools/gen.py")
    record: dict[str, Any] = module.generate(seed)
    return record


def program_from(record: Mapping[str, Any]) -> Program:
    """The program of a record; its maps have no names the kernel would know."""
    keys = ("prog_type", "insns", "maps", "license")
    return program_of(ProgramLine(**{key: record[key] for key in keys if key in record}))


def record_of(program: Program) -> dict[str, Any]:
    """The record of a program, of its maps' first contents only those a verifier knows."""
    return {
        "prog_type": program.prog_type.label,
        "insns": pack(program.slots).hex(),
        "maps": [_map_record(spec) for spec in program.maps],
        "license": program.license,
    }


def _map_record(spec: MapSpec) -> dict[str, Any]:
    init = [[key.hex(), value.hex()] for key, value in spec.init] if spec.frozen else []
    found: dict[str, Any] = {
        "type": spec.type.label,
        "key_size": spec.key_size,
        "value_size": spec.value_size,
        "max_entries": spec.max_entries,
        "flags": spec.flags,
    }
    extra = {"init": init, "frozen": spec.frozen, "inner": spec.inner and _map_record(spec.inner)}
    return found | {key: value for key, value in extra.items() if value}
