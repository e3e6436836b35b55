"""Every job a simulation process knows: name → where its function is. Imported when first asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any


@dataclass(frozen=True, slots=True)
class Job:
    """``where`` is module:function; a ``watched`` job gets a Watch as its last argument."""

    where: str
    watched: bool = False

    def function(self) -> Callable[..., Any]:
        """The function that does it."""
        module, _, name = self.where.partition(":")
        found: Callable[..., Any] = getattr(import_module(module), name)
        return found


JOBS: Mapping[str, Job] = {
    "check": Job("app.workbench.check:check"),
    "graph": Job("app.workbench.graph:graph"),
    "reference": Job("app.workbench.reference:reference"),
    "examples": Job("app.workbench.examples:examples"),
    "samples": Job("app.workbench.packets:samples"),
    "packets.capture": Job("app.workbench.packets:capture"),
    "packets.form": Job("app.workbench.packets:form"),
    "packets.hex": Job("app.workbench.packets:hex_text"),
    "packets.dissect": Job("app.workbench.packets:dissect_all"),
    "run": Job("app.workbench.runs:run", watched=True),
    "window": Job("app.workbench.runs:window"),
    "stop": Job("app.workbench.runs:stop"),
    "marks": Job("app.workbench.runs:marks"),
    "scenarios": Job("app.workbench.simulate:scenarios"),
    "stations": Job("app.workbench.stations:stations"),
    "simulate.examples": Job("app.workbench.simulate_examples:examples"),
    "simulate": Job("app.workbench.simulate:simulate", watched=True),
    "simulate.summary": Job("app.workbench.simulate:whole"),
    "simulate.rows": Job("app.workbench.simulate:rows"),
    "simulate.event": Job("app.workbench.simulate:event"),
    "simulate.open": Job("app.workbench.simulate:open_"),
    "simulate.timeline": Job("app.workbench.simulate:timeline"),
    "simulate.flights": Job("app.workbench.simulate:flights"),
    "simulate.series": Job("app.workbench.simulate:series"),
    "simulate.audit": Job("app.workbench.simulate:audit"),
    "simulate.script": Job("app.workbench.simulate:script"),
    "simulate.packets": Job("app.workbench.simulate:packets"),
    "verdict": Job("app.workbench.verdict:verdict"),
    "explain": Job("app.workbench.explain:explain"),
    "explore": Job("app.workbench.exploration:explore", watched=True),
    "walk.window": Job("app.workbench.exploration:walk_window"),
    "walk.known": Job("app.workbench.exploration:walk_known"),
    "walk.log": Job("app.workbench.exploration:walk_log"),
    "lessons.course": Job("app.workbench.lessons:course"),
    "lessons.doc": Job("app.workbench.lessons:doc"),
    "lessons.concepts": Job("app.workbench.lessons:concepts"),
    "lessons.predict": Job("app.workbench.lessons:predict"),
    "author.preview": Job("app.workbench.lessons_author:previewed"),
    "author.prove": Job("app.workbench.lessons_author:proved", watched=True),
    "author.mutate": Job("app.workbench.lessons_author:mutated"),
    "author.reading": Job("app.workbench.lessons_reading:reading_copy"),
    "lessons.grade": Job("app.workbench.lessons_grade:graded", watched=True),
    "native": Job("app.workbench.native_views:native"),
    "native.linux": Job("app.workbench.native_linux:linux"),
    "native.race": Job("app.workbench.native_race:race"),
    "metrics": Job("app.workbench.metrics:look"),
    "metrics.scrape": Job("app.workbench.metrics:scrape"),
    "metrics.dashboard": Job("app.workbench.metrics:dashboard"),
    "metrics.examples": Job("app.workbench.metrics_examples:examples"),
    "policy": Job("app.workbench.policy:look"),
    "policy.cell": Job("app.workbench.policy:cell"),
}


@cache
def function_of(name: str) -> Callable[..., Any]:
    """The function of job ``name``."""
    return JOBS[name].function()
