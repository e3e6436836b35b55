"""A lesson of its own for browser tests, and the page that shows it by the names it has on screen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

LESSON = "a-01-two-counts"
NEXT = "a-02-another"
STUB = """.program counts
.hook xdp
.license GPL
.map seen hash key=u32 value=u64 entries=16

        *(u32 *)(r10 - 4) = 1
        r1 = seen ll
        r2 = r10
        r2 += -4
        call bpf_map_lookup_elem
use:    r1 = *(u64 *)(r0 + 0)
        r0 = XDP_PASS
        exit
"""
SOLVED = STUB.replace("use:    r1", "        if r0 == 0 goto pass\nuse:    r1").replace(
    "        r0 = XDP_PASS", "pass:   r0 = XDP_PASS"
)
_FRONT = """---
id: {id}
version: 1
title: {title}
track: machine
summary: A lookup may find nothing.
concepts: [null-check]
{more}minutes: 5
difficulty: 1
hook: xdp
authors: [Hookscope]
license: CC-BY-4.0
---
"""
_BODY = """
Look at [the lookup](helper:bpf_map_lookup_elem).

::task{check=fell} Run it without the safety net.

::view{pane=explanation label="Show me why"}

::predict{id=kind answer=0 at=use}
What is in `r0` here?
> Nothing was found, so it is *nothing*.

::predict{id=which answer=XDP_PASS choices="XDP_PASS|XDP_DROP"}
What comes of the packet?

::task{check="accepted passes"} Ask whether `r0` is 0.

::figure{src=two.svg alt="Two packets that come to a wall"}
"""
_CHECKS = """
- id: fell
  title: You saw it fall
  task: 1
  points: 0
  expect: {action: {did: ran-unprotected, fault: null-dereference}}
- id: accepted
  title: Linux accepts it
  task: 2
  expect: {verifier: accepted}
- id: passes
  title: What comes passes
  task: 2
  send: [arp, tcp-syn]
  expect: {verdicts: {all: PASS}}
- id: secret
  title: A secret title
  hidden: true
  leak-free: Something else does not pass.
  send: udp-dns
  expect: {verdicts: {all: PASS}}
"""
_WRONG = {
    "wrong/01-drops.bpf": "# check: passes. It drops.\n" + SOLVED.replace("XDP_PASS", "XDP_DROP"),
    "wrong/02-nothing.bpf": "# category: memory. As it was.\n" + STUB,
    "wrong/03-key.bpf": "# category: memory. Asks for another.\n"
    + STUB.replace("use: ", "        if r1 == 0 goto use\nuse: "),
}
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 60"><rect x="9" y="9" width="50" height="30"'
    ' class="pkt fill"/><text x="70" y="28" class="ink">a packet</text></svg>'
)
FILES: Mapping[str, str] = {
    "lesson.md": _FRONT.format(id=LESSON, title="Two counts", more="") + _BODY,
    "stub.bpf": STUB,
    "solution.bpf": SOLVED,
    "checks.yaml": _CHECKS,
    "hints.yaml": "- when: {category: memory}\n  text: Ask `r0` first.\n"
    "- when: {category: memory}\n  text: Compare it with 0.\n",
    "design.md": "# Notes\n",
    "two.svg": _SVG,
    **_WRONG,
}


def write_lessons(root: Path) -> Path:
    """Two lessons and a glossary in ``root``."""
    second = {
        **FILES,
        "lesson.md": _FRONT.format(id=NEXT, title="Another", more=f"prerequisites: [{LESSON}]\n") + _BODY,
    }
    for name, files in ((LESSON, FILES), (NEXT, second)):
        for file, text in files.items():
            path = root / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    glossary = "null-check:\n  term: null check\n  means: Asking whether a lookup found something.\n"
    (root / "glossary.yaml").write_text(glossary, encoding="utf-8")
    return root


@dataclass(frozen=True, slots=True)
class LessonPage:
    """A page that shows a lesson."""

    page: Page

    def open(self, name: str = LESSON) -> "LessonPage":
        """Goes there and waits until the program has run."""
        self.page.goto(f"/lesson/{name}")
        expect(self.pane("Editor")).to_contain_text("rejected")
        return self

    def pane(self, name: str) -> Locator:
        """The region of that name."""
        return self.page.get_by_role("region", name=name, exact=True)

    def button(self, name: str) -> Locator:
        """The button of exactly that name."""
        return self.page.get_by_role("button", name=name, exact=True).first

    def tab(self, name: str) -> Locator:
        """A tab."""
        return self.page.get_by_role("tab", name=re.compile(rf"^{name}\b"))

    def write(self, text: str) -> None:
        """Puts a program in place of what is there, by keyboard."""
        self.page.locator(".cm-content").focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def check(self) -> None:
        """Hands it in, by keyboard, and waits for what comes of it."""
        self.page.keyboard.press("Control+Enter")
        expect(self.pane("Checks").locator(".meta").first).to_contain_text("pass")
