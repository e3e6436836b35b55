"""What the metrics screen starts with: folders of plain files under lessons/metrics and lessons/policies."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from app.paths import asset_root
from app.schemas.metrics import MetricsExample
from app.schemas.policy import PolicyExample
from app.schemas.trace import Inputs
from app.workbench.packets import since_first
from vm.kernel.packet.samples import SAMPLES

_MILLISECOND = 1_000_000


class ExampleFile(BaseModel):
    """What example.yaml holds; ``order`` sorts the list."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    doc: str
    order: int


class RulesFile(ExampleFile):
    """``sample`` names packets, ``times_ms``, if given, says when each arrives instead; or a ``scenario``."""

    sample: str = ""
    scenario: str = ""
    times_ms: list[Annotated[int, Field(ge=0)]] | None = None


@lru_cache(maxsize=1)
def with_rules() -> tuple[MetricsExample, ...]:
    """Programs with the rules that export their maps, in their order."""
    return tuple(_with_rules(folder) for folder in _folders("metrics"))


@lru_cache(maxsize=1)
def with_policies() -> tuple[PolicyExample, ...]:
    """Policies with their clusters, in their order."""
    return tuple(_with_policies(folder) for folder in _folders("policies"))


def _folders(kind: str) -> list[Path]:
    found = [one for one in (asset_root() / "lessons" / kind).iterdir() if (one / "example.yaml").is_file()]
    return sorted(found, key=lambda one: (yaml.safe_load(_text(one, "example.yaml"))["order"], one.name))


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def _with_rules(folder: Path) -> MetricsExample:
    file = RulesFile.model_validate(yaml.safe_load(_text(folder, "example.yaml")))
    packets = SAMPLES[file.sample].make() if file.sample else ()
    times = since_first(packets) if file.times_ms is None else [at * _MILLISECOND for at in file.times_ms]
    inputs = Inputs(
        source=_text(folder, "program.bpf"),
        packets=tuple(packet.data.hex() for packet in packets),
        times_ns=tuple(times),
    )
    rules = _text(folder, "rules.yaml")
    return MetricsExample(
        id=folder.name,
        title=file.title,
        doc=file.doc,
        inputs=inputs,
        scenario=file.scenario,
        rules=rules,
    )


def _with_policies(folder: Path) -> PolicyExample:
    file = ExampleFile.model_validate(yaml.safe_load(_text(folder, "example.yaml")))
    return PolicyExample(
        id=folder.name,
        title=file.title,
        doc=file.doc,
        policies=_text(folder, "policies.yaml"),
        cluster=_text(folder, "cluster.yaml"),
    )


def examples() -> str:
    """Both lists as JSON."""
    return json.dumps(
        {
            "metrics": [one.model_dump(mode="json") for one in with_rules()],
            "policies": [one.model_dump(mode="json") for one in with_policies()],
        }
    )
