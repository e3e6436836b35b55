"""Pictures of lessons: SVG of which only shapes and texts are kept, coloured by class alone."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

from app.lessons.problems import Problem, problem
from vm.source import did_you_mean

MAX_SVG = 64 * 1024
MAX_ELEMENTS = 1_500
_NAMESPACE = "http://www.w3.org/2000/svg"
_SHAPES = ("path", "rect", "circle", "ellipse", "line", "polyline", "polygon")
ELEMENTS = frozenset({"svg", "g", "text", "tspan", "title", "desc", "defs", "marker", *_SHAPES})
CLASSES = frozenset({
    "ink", "ink-2", "ink-3", "line", "surface", "canvas", "ctx", "pkt", "end", "stk", "map", "num", "now",
    "pass", "drop", "tx", "redir", "abort", "fill", "dash", "thin", "thick", "bold", "mono", "small", "big",
    "middle", "right",
})  # fmt: skip
"""What a picture is coloured and set by: tokens of the page's own style sheet, so that both themes work."""
_GEOMETRY = frozenset({
    "viewBox", "width", "height", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "d",
    "points", "transform", "dx", "dy", "id", "class", "role", "markerWidth", "markerHeight", "refX", "refY",
    "orient", "text-anchor", "dominant-baseline", "preserveAspectRatio", "rotate", "textLength",
    "lengthAdjust", "marker-end", "marker-start",
})  # fmt: skip
_ID = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,30}")
_INNER = re.compile(r"url\(#([A-Za-z][A-Za-z0-9-]{0,30})\)")


def read_figure(text: str, file: str) -> tuple[str, list[Problem]]:
    """The picture to be put into the page, or the empty text with what is wrong."""
    if len(text) > MAX_SVG:
        return "", [problem(file, "svg-too-large", f"a picture has at most {MAX_SVG:,} characters")]
    if "<!" in text.replace("<!--", ""):
        return "", [problem(file, "bad-svg", "declarations (`<!…`) are not read here", "leave the line out")]
    try:
        root = ET.fromstring(text)  # noqa: S314 - without declarations there are no entities to grow
    except ET.ParseError as error:
        return "", [
            problem(file, "bad-svg", f"no XML: {error}", "is every element closed?", error.position[0])
        ]
    reading = _Reading(text, file)
    reading.whole(root)
    for element in root.iter():
        reading.element(element)
    if reading.problems:
        return "", reading.problems[:10]
    _set_apart(root, file.partition(".")[0])
    ET.register_namespace("", _NAMESPACE)
    return ET.tostring(root, encoding="unicode"), []


@dataclass(slots=True)
class _Reading:
    """A picture being looked through."""

    text: str
    file: str
    problems: list[Problem] = field(default_factory=list)

    def whole(self, root: ET.Element) -> None:
        """What is wrong with it as one."""
        if _name(root) != "svg":
            self._wrong("the outermost element is `svg`", f'<svg xmlns="{_NAMESPACE}" …>', _name(root))
        if "viewBox" not in root.attrib:
            self._wrong("a picture needs its `viewBox`", 'such as viewBox="0 0 340 120"', "svg")
        if sum(1 for _ in root.iter()) > MAX_ELEMENTS:
            self._wrong(f"a picture has at most {MAX_ELEMENTS:,} elements", None, "svg")

    def element(self, element: ET.Element) -> None:
        """What is wrong with an element and its attributes."""
        name = _name(element)
        if name not in ELEMENTS:
            return self._wrong(f"`<{name[:40]}>` cannot stand in a picture", _near(name, ELEMENTS), name)
        for attribute, value in element.attrib.items():
            self._attribute(name, attribute, value)
        return None

    def _attribute(self, name: str, attribute: str, value: str) -> None:
        if attribute not in _GEOMETRY:
            coloured = attribute in ("fill", "stroke", "style")
            hint = 'colour by class, such as class="pkt fill"' if coloured else None
            self._wrong(f"`{attribute[:40]}` of <{name}> is not read here", hint, name, attribute)
        elif attribute == "class":
            for word in value.split():
                if word not in CLASSES:
                    self._wrong(f"there is no class `{word[:40]}`", _near(word, CLASSES), name, word)
        elif attribute == "id" and not _ID.fullmatch(value):
            self._wrong(f"`{value[:40]}` is no id", "use letters, digits and `-`", name, value)
        elif attribute.startswith("marker-") != bool(_INNER.fullmatch(value)):
            self._wrong(f"`{attribute}` cannot be `{value[:60]}`", 'write marker-end="url(#id)"', name, value)

    def _wrong(self, message: str, hint: str | None, name: str, word: str = "") -> None:
        lines = enumerate(self.text.splitlines(), 1)
        line = next((number for number, text in lines if f"<{name}" in text and word in text), 1)
        self.problems.append(problem(self.file, "bad-svg", message, hint, line))


def _near(word: str, known: frozenset[str]) -> str:
    return did_you_mean(word, known) or f"there are {', '.join(sorted(known))}"


def _name(element: ET.Element) -> str:
    """The element's name; of another namespace than SVG's with that."""
    return element.tag.removeprefix(f"{{{_NAMESPACE}}}")


def _set_apart(root: ET.Element, name: str) -> None:
    """Gives all ids the picture's name, so that several pictures of a page do not meet."""
    for element in root.iter():
        for attribute, value in element.attrib.items():
            if attribute == "id":
                element.attrib[attribute] = f"{name}-{value}"
            elif inner := _INNER.fullmatch(value):
                element.attrib[attribute] = f"url(#{name}-{inner[1]})"
