"""A reading copy of lessons: one static page without scripts, to be printed or read offline."""

import json
from collections.abc import Sequence
from html import escape
from pathlib import Path

from app.lessons import blocks
from app.lessons.catalogue import catalogue
from app.lessons.lesson import Lesson
from app.lessons.markdown import clean
from app.paths import asset_root
from vm.source import HookscopeError

_OWN = """
body { background: var(--surface); }
.read { border: 0; }
.read-in { max-width: 640px; }
.copy + .copy { break-before: page; }
.answer-line { border-bottom: 1px solid var(--edge); height: 28px; margin-top: 8px; }
.copy .opt { break-inside: avoid; }
figure, pre, .pred, .ltask { break-inside: avoid; }
"""


def reading_copy(root: str, name: str = "") -> str:
    """The page of a lesson, or of all that are right; links into the app are plain text in it."""
    lessons = catalogue(Path(root)).lessons
    chosen = [lessons[name]] if name in lessons else [] if name else list(lessons.values())
    if not chosen:
        raise HookscopeError.of("not-found", "there is no lesson to be read", "mend its files first")
    title = chosen[0].front.title if len(chosen) == 1 else "Lessons"
    body = "\n".join(_lesson(lesson) for lesson in chosen)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{_style()}\n{_OWN}</style>\n</head>\n<body>\n"
        f"{_contents(chosen)}{body}\n</body>\n</html>\n"
    )


def _style() -> str:
    """The page's own style sheet, as it was built."""
    built = asset_root() / "static/dist"
    name = json.loads((built / "manifest.json").read_text("utf-8"))["css/main.css"]
    return (built / str(name).removeprefix("dist/")).read_text("utf-8").partition("/*# sourceMappingURL")[0]


def _contents(lessons: Sequence[Lesson]) -> str:
    if len(lessons) == 1:
        return ""
    rows = "".join(
        f'<li><a href="#{one.id}">{one.number} {escape(one.front.title)}</a></li>' for one in lessons
    )
    return f'<nav class="read"><div class="read-in"><h1>Lessons</h1><ul>{rows}</ul></div></nav>'


def _lesson(lesson: Lesson) -> str:
    front = lesson.front
    text = "\n".join(_block(block, lesson) for block in lesson.blocks)
    stub = escape(lesson.stub.source)
    return (
        f'<article class="read copy" id="{lesson.id}"><div class="read-in">'
        f'<p class="eyebrow"><span>Lesson {lesson.number}</span><span>about {front.minutes} min</span></p>'
        f'<h1>{escape(front.title)}</h1>\n<p class="lead">{escape(front.summary)}</p>\n{text}\n'
        f"<h2>The program to begin with</h2><pre>{stub}</pre>"
        f"<p>{escape(', '.join(front.authors))}; {escape(front.license)}</p></div></article>"
    )


def _block(block: blocks.Block, lesson: Lesson) -> str:
    match block:
        case blocks.Prose(html=html):
            return _unlinked(html)
        case blocks.Task(number=number, html=html):
            return f'<section class="ltask"><i>{number}</i><div>{_unlinked(html)}</div></section>'
        case blocks.Prediction(html=html, choices=choices):
            asked = f'<p class="pred-h">What do you expect?</p>{_unlinked(html)}{_room(choices)}'
            return f'<section class="pred">{asked}</section>'
        case blocks.View():
            return ""
        case blocks.Example(file=file, html=html):
            source = escape(lesson.files.data(file).decode("utf-8", "replace"))
            return (
                f'<figure class="prg"><pre>{source}</pre><figcaption>{_unlinked(html)}</figcaption></figure>'
            )
        case blocks.Figure(svg=svg, alt=alt, html=html):
            caption = f"<figcaption>{_unlinked(html)}</figcaption>" if html else ""
            drawn = f'<div role="img" aria-label="{escape(alt, quote=True)}">{svg}</div>'
            return f'<figure class="fig">{drawn}{caption}</figure>'
        case blocks.Fold(html=html):
            return f'<section class="fold-hint">{_unlinked(html)}</section>'


def _room(choices: tuple[str, ...]) -> str:
    if not choices:
        return '<div class="answer-line"></div>'
    return '<ul class="opts">' + "".join(f'<li class="opt">{escape(one)}</li>' for one in choices) + "</ul>"


def _unlinked(html: str) -> str:
    """Links into the app lead nowhere from a file; those between lessons of the copy lead to their place."""
    return clean(html.replace('href="/lesson/', 'href="#').replace('href="/reference', 'data-to="'))
