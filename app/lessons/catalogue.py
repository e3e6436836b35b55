"""All lessons of a folder: those that are right, in their order, and what is wrong with the others."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from app.lessons.folder import read
from app.lessons.lesson import Lesson
from app.lessons.problems import Problem, problem
from app.lessons.schema.front import Track
from vm.source import did_you_mean

MAX_LESSONS = 500


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Lessons by id in their order. ``problems`` by folder: a lesson with any is left out, and no other."""

    lessons: Mapping[str, Lesson] = field(repr=False)
    problems: Mapping[str, tuple[Problem, ...]]

    def track(self, track: Track) -> tuple[Lesson, ...]:
        """The lessons of a track."""
        return tuple(lesson for lesson in self.lessons.values() if lesson.front.track is track)


def folders(root: Path) -> list[Path]:
    """Where the lessons of ``root`` are: the folders that have a lesson.md, or are named as lessons are."""
    found = sorted(path for path in root.iterdir() if path.is_dir() and not path.is_symlink())
    return [path for path in found if (path / "lesson.md").is_file() or _named_so(path.name)][:MAX_LESSONS]


def _named_so(name: str) -> bool:
    letter, _, rest = name.partition("-")
    number, _, words = rest.partition("-")
    return len(letter) == 1 and letter.isalpha() and number.isdigit() and bool(words)


def catalogue(root: Path) -> Catalogue:
    """Reads all lessons; their prerequisites must be there and come to an end."""
    lessons: dict[str, Lesson] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    for folder in folders(root):
        lesson, found = read(folder)
        if lesson is None:
            problems[folder.name] = tuple(found)
        else:
            lessons[lesson.id] = lesson
    for name, found in _wrong(lessons, problems.keys() | lessons.keys()):
        problems[name] = (*problems.get(name, ()), *found)
    right = {key: lesson for key, lesson in lessons.items() if key not in problems}
    ordered = dict(sorted(right.items(), key=lambda item: (item[1].number, item[0])))
    return Catalogue(MappingProxyType(ordered), MappingProxyType(problems))


def _wrong(lessons: Mapping[str, Lesson], known: set[str]) -> Iterator[tuple[str, list[Problem]]]:
    """What is wrong between lessons: numbers and prerequisites."""
    numbers: dict[int, str] = {}
    for key, lesson in lessons.items():
        found = [*_leads_nowhere(lesson, known)]
        if circle := _circle(key, lessons):
            way = " → ".join(circle)
            found.append(problem("lesson.md", "circle", f"its prerequisites lead back to it: {way}"))
        if lesson.number in numbers:
            message = f"lesson {lesson.number} is also `{numbers[lesson.number]}`"
            found.append(problem("lesson.md", "duplicate-number", message, "give it another number"))
        numbers.setdefault(lesson.number, key)
        if found:
            yield key, found


def _leads_nowhere(lesson: Lesson, known: set[str]) -> Iterator[Problem]:
    for name in lesson.front.prerequisites:
        if name not in known:
            hint = did_you_mean(name, known)
            yield problem("lesson.md", "unknown-lesson", f"there is no lesson `{name}` to come before", hint)
    for link in lesson.links:
        if link.scheme == "lesson" and link.name not in known:
            message = f"there is no lesson `{link.name[:80]}`"
            yield problem("lesson.md", "unknown-lesson", message, did_you_mean(link.name, known), link.line)


def _circle(start: str, lessons: Mapping[str, Lesson]) -> list[str]:
    """The way from a lesson along prerequisites back to it, if there is one."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for before in lessons[way[-1]].front.prerequisites if way[-1] in lessons else ():
            if before == start:
                return [*way, start]
            if before not in seen:
                seen.add(before)
                ways.append([*way, before])
    return []
