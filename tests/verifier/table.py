"""`python -m tests.verifier.table`: writes the known differences from Linux into docs/verifier.md.

From the kept counts (tests/data/verifier/equal.json) and the hand-written programs known to differ.
"""

import json
from collections.abc import Iterator

from tests.shared_data import CHECKOUT
from tests.verifier.recorded import kernel, read
from tests.verifier.tally import EVERY, kept
from tests.verifier.verdict import LONG

DOCS = CHECKOUT / "docs/verifier.md"
HAND_WRITTEN = CHECKOUT / "tests/data/verifier/known_differences.json"
START, END = "<!-- differences -->\n", "<!-- end -->"


def table() -> Iterator[str]:
    """The lines between the marks."""
    release = kernel().split("-")[0]
    rows = list(read(EVERY))
    asked = {
        "root": sum(one.root.processed <= LONG for one in rows),
        "no-perfmon": sum(one.no_perfmon.processed <= LONG for one in rows),
    }
    yield f"Of every {EVERY}th generated program recorded from Linux {release}, without those in which it"
    yield f"processes more than {LONG:,} instructions, so many get exactly its answer:"
    yield ""
    counts = kept()
    real = counts.pop("real", None)
    yield f"| what | {' | '.join(f'`{name}`' for name in counts)} |"
    yield "| --- " * (len(counts) + 1) + "|"
    yield f"| programs asked | {' | '.join(f'{asked[name]:,}' for name in counts)} |"
    for respect in counts["root"]:
        shown = [f"{row[respect]:,}" for row in counts.values()]
        yield f"| {respect.replace('_', ' ')} | {' | '.join(shown)} |"
    if real is not None:
        yield ""
        total = real.pop("programs")
        yield f"Of {total:,} programs as people write them and mutants of them (`tests/data/realworld`):"
        yield ""
        yield "| what | equal |"
        yield "| --- | --- |"
        for respect, count in real.items():
            yield f"| {respect.replace('_', ' ')} | {count:,} |"
    if HAND_WRITTEN.exists():
        yield from _hand_written(json.loads(HAND_WRITTEN.read_text()))


def _hand_written(known: dict[str, list[str] | int]) -> Iterator[str]:
    yield ""
    if not any(names for names in known.values()):
        yield "Hand-written programs (`tests/data/verifier/programs`): none differs."
        return
    yield "Hand-written programs (`tests/data/verifier/programs`) that differ:"
    yield ""
    yield "| what | programs |"
    yield "| --- | --- |"
    for what, names in known.items():
        if isinstance(names, list) and names:
            yield f"| {what} | {', '.join(f'`{name}`' for name in names).replace('|', chr(92) + '|')} |"


def written(text: str) -> str:
    """The page with the table in its place."""
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    lines = "\n".join(table())
    return f"{before}{START}{lines}\n{END}{after}"


def main() -> None:
    DOCS.write_text(written(DOCS.read_text()))


if __name__ == "__main__":
    main()
