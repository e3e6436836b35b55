"""Programs to start from: folders of plain files under lessons/examples."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from app.paths import asset_root
from app.schemas.trace import Inputs
from app.schemas.workspace import ExampleView
from app.workbench.packets import since_first
from vm.kernel.packet.samples import SAMPLES


class ExampleFile(BaseModel):
    """What example.yaml holds; ``order`` sorts the list, ``sample`` names the packets.

    ``group`` ``why``: the verifier refuses it, and it opens on the verifier's screen.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    doc: str
    order: int
    sample: str
    hook: str | None = None
    group: Literal["run", "why"] = "run"


@lru_cache(maxsize=1)
def load() -> tuple[ExampleView, ...]:
    """All examples in their order."""
    folders = sorted((asset_root() / "lessons/examples").iterdir())
    read = [_read(folder) for folder in folders if (folder / "example.yaml").is_file()]
    return tuple(view for _, view in sorted(read, key=lambda pair: pair[0]))


def _read(folder: Path) -> tuple[int, ExampleView]:
    file = ExampleFile.model_validate(yaml.safe_load((folder / "example.yaml").read_text(encoding="utf-8")))
    source = (folder / "program.bpf").read_text(encoding="utf-8")
    packets = SAMPLES[file.sample].make()
    inputs = Inputs(
        source=source,
        hook=file.hook or _hook_of(source),
        packets=tuple(packet.data.hex() for packet in packets),
        times_ns=tuple(since_first(packets)),
    )
    return file.order, ExampleView(
        id=folder.name, title=file.title, doc=file.doc, inputs=inputs, group=file.group
    )


def _hook_of(source: str) -> str:
    """The hook the first ``.hook`` directive names; XDP without one."""
    lines = (line.split() for line in source.splitlines())
    return next((words[1] for words in lines if len(words) > 1 and words[0] == ".hook"), "xdp")


def examples() -> str:
    """The list as JSON."""
    return json.dumps([view.model_dump() for view in load()])
