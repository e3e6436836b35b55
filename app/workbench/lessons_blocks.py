"""Blocks of a lesson as they are sent: predictions without their answers, examples with what runs them."""

from typing import Literal

from app.lessons import blocks
from app.lessons.lesson import Lesson
from app.schemas.lessons import (
    Block,
    FigureBlock,
    HintBlock,
    HtmlBlock,
    PredictBlock,
    ProgramBlock,
    TaskBlock,
    ViewBlock,
)
from app.schemas.trace import Inputs
from app.workbench.lessons_answers import form_of
from app.workbench.lessons_packets import hook_of, times
from vm.kernel.packet.form import from_form


def block_view(block: blocks.Block, lesson: Lesson) -> Block:
    """One block for the page."""
    match block:
        case blocks.Prose(html=html):
            return HtmlBlock(html=html)
        case blocks.Task(number=number, checks=checks, html=html):
            return TaskBlock(number=number, checks=list(checks), html=html)
        case blocks.Prediction():
            return _prediction(block)
        case blocks.View(pane=pane, step=step, label=label):
            return ViewBlock(pane=pane, step=step or None, label=label)
        case blocks.Example():
            return ProgramBlock(file=block.file, inputs=_example(block, lesson), html=block.html)
        case blocks.Figure(svg=svg, alt=alt, html=html):
            return FigureBlock(svg=svg, alt=alt, html=html)
        case blocks.Fold(html=html):
            return HintBlock(html=html)


def _prediction(block: blocks.Prediction) -> PredictBlock:
    form: Literal["number", "word", "choice"] = "choice"
    if not block.choices:
        form = "number" if form_of(block.answer) == "number" else "word"
    return PredictBlock(
        id=block.id, html=block.html, choices=list(block.choices), form=form, at=block.at or None
    )


def _example(block: blocks.Example, lesson: Lesson) -> Inputs:
    source = lesson.files.data(block.file).decode("utf-8", "replace")
    packets = tuple(from_form(name).hex() for name in block.packets or ("tcp-syn",))
    return Inputs(
        source=source, hook=hook_of(source, lesson.front.hook), packets=packets, times_ns=times(packets)
    )
