"""The rules that docs/metrics.md shows are rules, and count what they say."""

import re
from pathlib import Path

from app.metrics.expression import TABLES
from app.metrics.read import read
from app.workbench.metrics_examples import with_rules
from vm.asm import assemble

PAGE = (Path(__file__).parents[3] / "docs/metrics.md").read_text("utf-8")


def test_the_rules_shown_are_read() -> None:
    maps = assemble(with_rules()[0].inputs.source).programs[0].maps
    shown = next(block for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "metrics:" in block)
    found = read(shown, maps)
    assert found.diagnostics == ()
    assert [one.metric.name for one in found.bound] == ["hookscope_syns_total", "hookscope_gap_seconds"]


def test_every_table_of_names_is_told() -> None:
    assert all(f"`{name}`" in PAGE for name in TABLES)
