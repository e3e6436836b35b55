"""Rules that are suggested can be read, and count what the maps hold."""

import pytest

from app.metrics.read import read
from app.metrics.suggest import suggest
from app.workbench.examples import load
from vm.asm import assemble
from vm.program import MapSpec
from vm.uapi.map_types import MapType

SPECS = (
    MapSpec("a-b.c", MapType.HASH, 4, 8, 64, key_type="ipv4", value_type="u64"),
    MapSpec(
        "flows", MapType.LRU_HASH, 8, 16, 64, key_type="{ipv4 from, u32 port}", value_type="{u64 n, u64 b}"
    ),
    MapSpec("by_action", MapType.PERCPU_ARRAY, 4, 8, 5),
    MapSpec("raw", MapType.HASH, 24, 4, 64),
)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_a_suggestion_can_be_read(spec: MapSpec) -> None:
    found = read(suggest([spec]), [spec])
    assert found.diagnostics == ()
    assert found.bound


@pytest.mark.parametrize("example", load(), ids=lambda example: example.id)
def test_the_examples_get_rules_without_mistakes(example: object) -> None:
    assembly = assemble(example.inputs.source)  # type: ignore[attr-defined]
    maps = [spec for program in assembly.programs for spec in program.maps if not spec.name.startswith(".")]
    text = suggest(maps)
    if "metrics:" in text:
        assert read(text, maps).diagnostics == ()


def test_where_nothing_counts_it_is_said() -> None:
    assert suggest([MapSpec("events", MapType.RINGBUF, 0, 0, 4096)]).startswith("# This program has no map")


def test_names_say_what_they_hold() -> None:
    text = suggest(SPECS)
    assert "name: hookscope_a_b_c_total" in text
    assert "labels: {action: xdp_action(key)}" in text
    assert "labels: {from: key.from, port: key.port}" in text
    assert "name: hookscope_flows_b_total" in text
