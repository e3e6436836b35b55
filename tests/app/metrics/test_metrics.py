"""Rules over maps: what is scraped, what a dashboard asks, and what is said of rules that are wrong."""

import json
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from app.metrics.exposition import exposition
from app.metrics.families import gather
from app.metrics.grafana import dashboard
from app.metrics.read import Read, read
from vm.program import MapSpec
from vm.uapi.map_types import MapType

MAPS = (
    MapSpec("syn_count", MapType.HASH, 4, 8, 1024, key_type="ipv4", value_type="u64"),
    MapSpec("lat", MapType.HASH, 8, 8, 64),
    MapSpec("verdicts", MapType.PERCPU_ARRAY, 4, 8, 5, value_type="u64"),
    MapSpec(
        "flows",
        MapType.HASH,
        8,
        16,
        64,
        key_type="{ipv4 from, be16 port, u16 pad}",
        value_type="{u64 n, u64 b}",
    ),
)
RULES = """
metrics:
  - {name: syns_total, help: "SYNs, by \\"source\\"", type: counter, map: syn_count, labels: {source: key}}
  - {name: actions_total, help: Actions, type: counter, map: verdicts, labels: {action: xdp_action(key)}}
  - {name: flow_bytes, help: Bytes, type: gauge, map: flows, value: value.b, labels: {port: key.port}}
  - name: wait_seconds
    help: Waiting
    type: histogram
    map: lat
    labels: {command: "string[4](key[4:8])"}
    buckets: {slot: "u32(key[0:4])", unit: 1.0e-6, slots: 4, sum_slot: 9}
"""


def number(value: int, size: int = 8) -> bytes:
    return value.to_bytes(size, "little")


ENTRIES = {
    "syn_count": ((bytes([203, 0, 113, 7]), number(15)), (bytes([192, 0, 2, 1]), number(2))),
    "verdicts": tuple((number(key, 4), number(key * 10)) for key in range(6)),
    "flows": (
        (bytes([10, 0, 0, 1, 0, 80, 0, 0]), number(1) + number(60)),
        (bytes([10, 0, 0, 2, 0, 80, 0, 0]), number(2) + number(140)),
        (bytes([10, 0, 0, 2, 1, 187, 0, 0]), number(2) + number(1)),
    ),
    "lat": (
        (number(1, 4) + b"bash", number(3)),
        (number(2, 4) + b"bash", number(4)),
        (number(7, 4) + b"bash", number(5)),
        (number(9, 4) + b"bash", number(70)),
        (number(0, 4) + b"l\xff\0s", number(1)),
    ),
}


def scraped() -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    found = read(RULES, MAPS)
    assert found.diagnostics == ()
    text = exposition(gather(found.bound, ENTRIES))
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("name", "labels", "value"),
    [
        ("syns_total", {"source": "203.0.113.7"}, 15),
        ("actions_total", {"action": "drop"}, 10),
        ("actions_total", {"action": "5"}, 50),
        ("flow_bytes", {"port": "80"}, 200),
        ("flow_bytes", {"port": "443"}, 1),
        ("wait_seconds_bucket", {"command": "bash", "le": "2e-06"}, 0),
        ("wait_seconds_bucket", {"command": "bash", "le": "4e-06"}, 3),
        ("wait_seconds_bucket", {"command": "bash", "le": "1.6e-05"}, 7),
        ("wait_seconds_bucket", {"command": "bash", "le": "+Inf"}, 12),
        ("wait_seconds_count", {"command": "bash"}, 12),
        ("wait_seconds_sum", {"command": "bash"}, pytest.approx(7e-5)),
        ("wait_seconds_count", {"command": "l\\xff"}, 1),
    ],
)
def test_prometheus_reads(name: str, labels: dict[str, str], value: float) -> None:
    assert scraped()[name, tuple(sorted(labels.items()))] == value


def test_a_histogram_whose_sum_is_unknown_says_none() -> None:
    found = read(RULES.replace(", sum_slot: 9", ""), MAPS)
    text = exposition(gather(found.bound, ENTRIES))
    assert "wait_seconds_sum" not in text
    assert 'wait_seconds_count{command="bash"} 82\n' in text


def test_a_dashboard_asks_for_every_metric() -> None:
    rules = read(RULES, MAPS).rules
    assert rules is not None
    board = json.loads(json.dumps(dashboard(rules, "SYNs")))
    asked = " ".join(panel["targets"][0]["expr"] for panel in board["panels"])
    assert all(metric.name in asked for metric in rules.metrics)
    places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
    assert len(set(places)) == len(places)


CASES = yaml.safe_load((Path(__file__).parents[2] / "data/metrics_mistakes.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["says"][:60])
def test_a_mistake_is_told_at_its_place(case: dict[str, str]) -> None:
    found: Read = read(case["rules"], MAPS)
    assert str(found.diagnostics[0]) == case["says"]
