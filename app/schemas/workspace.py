"""What is kept: programs, packets, and the place one was at."""

from typing import Literal

from pydantic import Field

from app.schemas.base import Message, SourceText
from app.schemas.trace import Inputs


class Place(Message):
    """Where a link opens: packet, step, and which panes show what."""

    packet: int = 0
    step: int = 0
    breakpoints: tuple[int, ...] = ()
    conditions: dict[int, str] = Field(default_factory=dict)
    """By breakpoint line: it stops only where this holds."""
    panes: dict[str, str] = Field(default_factory=dict)


class WorkspaceDoc(Message):
    """A saved workbench. ``version`` counts saves; a save names the one it is based on.

    ``lasting``: it outlives the server. Where the disk cannot be written it is kept in memory only.
    """

    id: str
    title: str
    inputs: Inputs
    place: Place
    version: int
    saved_at: str
    lasting: bool


class SaveRequest(Message):
    """Save; a conflict (another tab saved since ``base``) keeps both and says so."""

    title: str = "untitled"
    inputs: Inputs
    place: Place
    base: int = 0


class SaveReply(Message):
    """The new version; ``conflict`` holds the other tab's text when it was not based on the latest.

    ``lasting``: as of a document.
    """

    id: str
    version: int
    saved_at: str
    conflict: SourceText | None = None
    lasting: bool = True


class LinkReply(Message):
    """The id of a link; one that is not ``lasting`` ends with the server."""

    id: str
    lasting: bool


class ExampleView(Message):
    """A program to start from, with packets that show it."""

    id: str
    title: str
    doc: str
    inputs: Inputs
    group: Literal["run", "why"] = "run"
    """``why``: the verifier refuses it, and it opens on the verifier's screen."""
