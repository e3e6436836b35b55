"""Whether the links of a lesson lead to something that is in the simulator's own tables."""

from collections.abc import Callable, Iterator, Mapping

from app.lessons.lesson import Lesson
from app.lessons.problems import Problem, problem
from vm.helpers.table import HELPERS
from vm.kernel.hooks import hook_point
from vm.source import did_you_mean
from vm.uapi.helper_ids import helper_name
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import HOOKS
from vm.uapi.structs import STRUCTS
from vm.verifier.category import Category


def _helpers() -> frozenset[str]:
    return frozenset(name for number in HELPERS if (name := helper_name(number)))


_NAMED: Mapping[str, Callable[[], frozenset[str]]] = {
    "helper": _helpers,
    "hook": lambda: frozenset(HOOKS),
    "map": lambda: frozenset(kind.label for kind in MapType),
    "ctx": lambda: frozenset(STRUCTS),
    "category": lambda: frozenset(Category),
}


def unknown_references(lesson: Lesson, glossary: Mapping[str, object]) -> Iterator[Problem]:
    """Concepts that the glossary lacks, and links to what there is not."""
    for concept in lesson.front.concepts:
        if concept not in glossary:
            hint = did_you_mean(concept, glossary) or "add it to glossary.yaml"
            yield problem("lesson.md", "unknown-concept", f"the glossary has no `{concept}`", hint)
    for link in lesson.links:
        known = frozenset(glossary) if link.scheme == "concept" else _known(link.scheme)
        if known is None or link.name in known or (link.scheme == "hook" and hook_point(link.name)):
            continue
        message = f"there is no {link.scheme} `{link.name[:60]}` to lead to"
        yield problem("lesson.md", "bad-link", message, did_you_mean(link.name, known), link.line)


def _known(scheme: str) -> frozenset[str] | None:
    """The names of a kind, or None where any will do."""
    return _NAMED[scheme]() if scheme in _NAMED else None
