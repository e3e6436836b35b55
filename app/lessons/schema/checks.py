"""checks.yaml: what is sent, and what is expected of it."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, RootModel, model_validator

from app.lessons.schema.base import FileName, Line, Name, Part, Slug, Words
from app.lessons.schema.expect import Expect, Expected, Key
from app.lessons.schema.send import Send
from app.manifests.located import PlacedError

MAX_CHECKS = 40


def _listed(value: object) -> object:
    return value if value is None or isinstance(value, list | tuple) else [value]


class Check(Part):
    """One check: it reads like a sentence."""

    id: Slug
    title: Line
    """What holds where it passes: ``The 11th SYN is dropped, the 10th is not``."""
    task: Annotated[int, Field(ge=1, le=20)] | None = None
    """The task of lesson.md that it belongs to, counted from 1."""
    points: Annotated[int, Field(ge=0, le=100)] = 1
    hidden: bool = False
    """What is sent and what came of it stay on the server; only ``leak-free`` is said when it fails."""
    leak_free: Words | None = None
    """What a learner is told when the hidden check fails: a direction that gives nothing away."""
    through: Literal["program", "kernel"] | None = None
    """Straight to the program, or along the modeled kernel's path with every program at its ``.hook``."""
    maps: dict[Name, dict[Key, Expected]] = Field(default_factory=dict, max_length=8)
    """What maps hold beforehand."""
    reads: bool = True
    """Whether user space reads what programs send it, between one thing and the next; else buffers fill."""
    send: Annotated[tuple[Send, ...], BeforeValidator(_listed), Field(max_length=200)] = ()
    expect: Expect
    policy: FileName | None = None
    """A NetworkPolicy of the folder whose map entries the programs are given, where they enforce one."""

    @model_validator(mode="after")
    def _hangs_together(self) -> "Check":
        if self.leak_free and not self.hidden:
            raise PlacedError(
                "only a hidden check has `leak-free`; a visible one shows what it sent", "leak-free"
            )
        if self.expect.action and (self.points or self.hidden or self.send):
            raise PlacedError(
                "what the learner does on the page has no points and sends nothing; write `points: 0`",
                "expect",
                "action",
            )
        return self


class Checks(RootModel[Annotated[tuple[Check, ...], Field(min_length=1, max_length=MAX_CHECKS)]]):
    """The whole file: a list."""

    @model_validator(mode="after")
    def _ids_differ(self) -> "Checks":
        seen: set[str] = set()
        for index, check in enumerate(self.root):
            if check.id in seen:
                raise PlacedError(
                    f"there are two checks named `{check.id}`; give this one another id", index, "id"
                )
            seen.add(check.id)
        return self
