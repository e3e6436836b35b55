"""Markdown to HTML that is safe to show: no raw HTML, no pictures, links only where they may lead."""

import re
from collections.abc import Iterator
from functools import cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.lessons.links import WORDS, Link, address
from app.lessons.problems import Problem, problem
from vm.source import did_you_mean

TAGS = {
    "p", "em", "strong", "code", "pre", "ul", "ol", "li", "a", "blockquote", "hr", "br",
    "h2", "h3", "h4", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {"a": {"href"}, "code": {"class"}, "ol": {"start"}}
MOST_NESTED = 12
_RAW = re.compile(
    r"<\s*/?\s*(?:a|audio|div|embed|form|iframe|img|input|link|meta|object|script|span|style|svg|video)\b",
    re.I,
)
_REFUSED = re.compile(r"\]\(\s*([a-z]+:[^)\s]*)", re.I)
"""A link that was not taken for one."""


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": MOST_NESTED}).enable("table")
    return parser.disable(["image", "html_block", "html_inline"])


def render(text: str, file: str, first_line: int) -> tuple[str, list[Link], list[Problem]]:
    """The HTML of a piece of text that begins in ``first_line`` of ``file``, its links, and what is wrong."""
    parser = _parser()
    tokens = parser.parse(text)
    links: list[Link] = []
    problems: list[Problem] = []
    for line, token in _links(tokens, first_line):
        _lead(token, file, line, links, problems)
    problems += _headings(tokens, file, first_line)
    problems += _left_over(tokens, file, first_line)
    html = parser.renderer.render(tokens, parser.options, {})
    return clean(html), links, problems


def clean(html: str) -> str:
    """Only what lessons may hold, whatever came in."""
    return nh3.clean(
        html, tags=TAGS, attributes=ATTRIBUTES, url_schemes={"https"}, link_rel="noopener noreferrer"
    )


def _links(tokens: list[Token], first_line: int) -> Iterator[tuple[int, Token]]:
    for token in tokens:
        line = first_line + (token.map[0] if token.map else 0)
        for child in token.children or ():
            if child.type == "link_open":
                yield line, child


def _lead(token: Token, file: str, line: int, links: list[Link], problems: list[Problem]) -> None:
    """Turns ``helper:bpf_ktime_get_ns`` into an address; whatever leads elsewhere is a problem."""
    href = str(token.attrs.get("href", ""))
    scheme, _, name = href.partition(":")
    if scheme == "https" and name.startswith("//"):
        return
    if scheme == "lesson" or scheme in WORDS:
        links.append(Link(scheme, name, line))
        token.attrs["href"] = address(scheme, name)
        return
    hint = did_you_mean(scheme, ("lesson", "https", *WORDS)) or (
        f"write https://…, lesson:ID, or one of {', '.join(f'{word}:' for word in WORDS)}"
    )
    problems.append(problem(file, "bad-link", f"a link cannot lead to `{href[:80]}`", hint, line))


def _left_over(tokens: list[Token], file: str, first_line: int) -> Iterator[Problem]:
    """What would be shown as it is written, as it is neither Markdown nor safe."""
    for token in tokens:
        text = "".join(child.content for child in token.children or () if child.type == "text")
        line = first_line + (token.map[0] if token.map else 0)
        if found := _RAW.search(text):
            hint = "write Markdown; a picture is a `::figure`, and code stands in backquotes"
            yield problem(file, "raw-html", f"HTML is not read here: `{found[0]}`", hint, line)
        if found := _REFUSED.search(text):
            hint = "links begin with https:// or lesson:, or lead to what the simulator knows"
            yield problem(file, "bad-link", f"a link cannot lead to `{found[1][:80]}`", hint, line)


def _headings(tokens: list[Token], file: str, first_line: int) -> Iterator[Problem]:
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h1":
            line = first_line + (token.map[0] if token.map else 0)
            yield problem(
                file, "bad-heading", "the title is the only heading of the first order", "write `##`", line
            )
