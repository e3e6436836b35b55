"""Programs on scenarios to start from: folders of plain files under lessons/simulations."""

from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.paths import asset_root
from app.schemas.simulate import AttachmentInput, SimulationExample, SimulationInputs

Counts = dict[str, int]


class Answer(BaseModel):
    """What is known to come out: events by truth that are stopped, reported, prevented; packets by how they
    end; map entries, as they are shown."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    stopped: Counts = Field(default_factory=dict)
    reported: Counts = Field(default_factory=dict)
    prevented: Counts = Field(default_factory=dict)
    ends: Counts = Field(default_factory=dict)
    maps: dict[str, dict[str | int, str]] = Field(default_factory=dict)


class SimulationExampleFile(BaseModel):
    """What example.yaml holds; ``order`` sorts the list. Programs stand at the hooks they name."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    doc: str
    order: int
    group: Literal["performance", "security", "network"]
    scenario: str
    parameters: dict[str, int] = Field(default_factory=dict)
    answer: Answer = Answer()


@lru_cache(maxsize=1)
def load() -> tuple[tuple[SimulationExample, Answer], ...]:
    """All examples in their order, with what is known of them."""
    folders = sorted(path.parent for path in (asset_root() / "lessons/simulations").glob("*/example.yaml"))
    read = sorted((_read(folder) for folder in folders), key=lambda item: item[0])
    return tuple((view, answer) for _, view, answer in read)


def _read(folder: Path) -> tuple[int, SimulationExample, Answer]:
    text = (folder / "example.yaml").read_text(encoding="utf-8")
    file = SimulationExampleFile.model_validate(yaml.safe_load(text))
    source = (folder / "program.bpf").read_text(encoding="utf-8")
    inputs = SimulationInputs(
        scenario=file.scenario,
        parameters=file.parameters,
        attachments=(AttachmentInput(source=source, place=""),),
    )
    view = SimulationExample(id=folder.name, title=file.title, doc=file.doc, group=file.group, inputs=inputs)
    return file.order, view, file.answer


def examples() -> str:
    """The list as JSON."""
    views = [view for view, _ in load()]
    return TypeAdapter(list[SimulationExample]).dump_json(views).decode()
