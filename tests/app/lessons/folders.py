"""A small lesson that is right, to be spoilt by tests."""

from collections.abc import Mapping
from pathlib import Path

NAME = "b-10-a-small-one"
FRONT = """---
id: b-10-a-small-one
version: 1
title: A small one
track: verifier
summary: What is returned is what is seen.
concepts: [verdict]
minutes: 5
difficulty: 1
hook: xdp
authors: [Hookscope]
license: CC-BY-4.0
---
"""
BODY = """
Everything passes. Press **Run**.

::task{check=drops} Drop it instead.
It is one word.

::predict{id=verdict answer=1 choices="1|2"}
What is `XDP_DROP` as a number?
> The names are those of [the enum](ctx:xdp_md).

::view{pane=registers step=out}

```bpf
::task is text here
```

::figure{src=fate.svg alt="A packet that ends at a wall"}

::hint
Look at the [helpers](helper:bpf_ktime_get_ns).
"""
SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 340 60">
  <defs>
    <marker id="head" viewBox="0 0 4 4" orient="auto"><path d="M0 0L4 2L0 4z" class="ink fill"/></marker>
  </defs>
  <line x1="1" y1="30" x2="300" y2="30" class="pkt" marker-end="url(#head)"/>
  <text x="10" y="20" class="ink">packet</text>
</svg>
"""
DROP = ".hook xdp\nout:    r0 = XDP_DROP\n        exit\n"
FILES: Mapping[str, str] = {
    "lesson.md": FRONT + BODY,
    "stub.bpf": DROP.replace("DROP", "PASS"),
    "solution.bpf": DROP,
    "wrong/01-aborts.bpf": "# check: drops. It is dropped, and counted as an error.\n"
    + DROP.replace("DROP", "ABORTED"),
    "wrong/02-passes.bpf": "# check: drops. Nothing has changed.\n" + DROP.replace("DROP", "PASS"),
    "wrong/03-no-exit.bpf": "# category: program structure. It falls off the end.\n.hook xdp\nr0 = 1\n",
    "checks.yaml": "- id: drops\n  title: It is dropped\n  task: 1\n  send: tcp-syn\n"
    "  expect: {verdicts: {all: DROP}}\n",
    "hints.yaml": "- when: {check: drops}\n  text: XDP_DROP is the word.\n",
    "design.md": "# Design notes\n",
    "fate.svg": SVG,
}


def lesson_folder(root: Path, files: Mapping[str, str | bytes | None] = {}, name: str = NAME) -> Path:
    """The lesson in ``root``/``name``, with ``files`` in place of its own; None leaves one out."""
    folder = root / name
    for file, text in {**FILES, **files}.items():
        if text is None:
            continue
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
