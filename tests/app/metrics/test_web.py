"""What Prometheus scrapes, what Grafana imports, and the YAML that is saved with a workspace."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from app.workbench.metrics_examples import with_policies, with_rules

EXAMPLE = with_rules()[0]
POLICIES = with_policies()[0]
INPUTS = EXAMPLE.inputs.model_dump(mode="json")


@pytest.fixture(name="key")
def saved(client: FlaskClient) -> str:
    made = client.post("/api/workspaces", json={"title": "My SYNs!", "inputs": INPUTS, "place": {}})
    return str(made.get_json()["id"])


def keep(client: FlaskClient, key: str, base: int = 0, **manifests: str) -> Any:
    return client.put(f"/api/workspaces/{key}/manifests", json={"manifests": manifests, "base": base})


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


def test_a_scrape_is_what_the_saved_program_counted(client: FlaskClient, key: str) -> None:
    keep(client, key, rules=EXAMPLE.rules)
    scraped = client.get(f"/workspaces/{key}/metrics")
    assert scraped.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = samples(scraped.text)
    assert found["hookscope_syns_total", "203.0.113.7"] == 15
    assert found["hookscope_xdp_verdicts_total", "drop"] == 5
    assert found["hookscope_gap_seconds_count",] == 23


def test_a_workspace_without_rules_is_scraped_by_those_suggested(client: FlaskClient, key: str) -> None:
    assert (
        samples(client.get(f"/workspaces/{key}/metrics").text)["hookscope_syn_count_total", "192.0.2.44"] == 2
    )


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (
            "metrics:\n- {name: a-b, help: x, type: gauge, map: syn_count}",
            "line 2 of the rules: `a-b` is no name",
        ),
        ("metrics:\n- {name: a, help: x, type: gauge, map: nothing}", "there is no map `nothing`"),
        ("", "the rules are one YAML document"),
    ],
)
def test_a_scrape_by_wrong_rules_says_why(client: FlaskClient, key: str, rules: str, words: str) -> None:
    keep(client, key, rules=rules)
    scraped = client.get(f"/workspaces/{key}/metrics")
    assert scraped.status_code == 422
    assert words in scraped.text


def test_a_live_scrape_is_as_far_as_the_time_since_it_was_saved(
    client: FlaskClient, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(client, key, rules=EXAMPLE.rules)
    found = []
    for seconds in (0, 9, 15.7, 16 + 9):
        monkeypatch.setattr("app.web.metrics._since", lambda _, ns=int(seconds * 1e9): ns)
        live = samples(client.get(f"/workspaces/{key}/metrics?live=1").text)
        found.append(sum(value for name, value in live.items() if name[0] == "hookscope_xdp_verdicts_total"))
    assert found[0] == 1
    assert 1 < found[1] < 24
    assert found[2:] == [24, found[1]]


def test_a_scrape_of_nothing_is_not_found(client: FlaskClient) -> None:
    assert client.get("/workspaces/nothing/metrics").status_code == 404


def test_manifests_are_kept_and_another_tabs_come_back(client: FlaskClient, key: str) -> None:
    address = f"/api/workspaces/{key}/manifests"
    assert client.get(address).get_json() == {
        "manifests": {"rules": None, "policies": None, "cluster": None, "scenario": ""},
        "version": 0,
    }
    assert keep(client, key, rules="a").get_json() == {"version": 1, "conflict": None}
    other = keep(client, key, base=0, rules="b").get_json()
    assert (other["version"], other["conflict"]["rules"]) == (2, "a")
    assert keep(client, key, base=2, policies="c").get_json()["conflict"] is None
    assert client.get(address).get_json()["manifests"]["policies"] == "c"


def test_manifests_of_nothing_are_not_found(client: FlaskClient) -> None:
    assert client.get("/api/workspaces/nothing/manifests").status_code == 404
    assert keep(client, "nothing", rules="a").status_code == 404


def test_a_dashboard_is_a_file_that_asks_for_every_metric(client: FlaskClient, key: str) -> None:
    keep(client, key, rules=EXAMPLE.rules)
    reply = client.get(f"/api/workspaces/{key}/dashboard.json")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="my-syns.json"'
    board = json.loads(reply.text)
    assert board["title"] == "My SYNs!"
    asked = " ".join(panel["targets"][0]["expr"] for panel in board["panels"])
    assert all(name in asked for name in ("hookscope_syns_total", "hookscope_gap_seconds_bucket"))


def ask(client: FlaskClient, question: str, **message: Any) -> Any:
    return client.post(f"/api/ask/{question}", json=message).get_json()


def test_metrics_follow_the_packets(client: FlaskClient) -> None:
    early = ask(client, "metrics", inputs=INPUTS, rules=EXAMPLE.rules, at=3)
    late = ask(client, "metrics", inputs=INPUTS, rules=EXAMPLE.rules)
    numbers = [
        {tuple(one["labels"][0]): one["value"] for one in reply["families"][0]["series"]}
        for reply in (early, late)
    ]
    assert (early["at"], late["at"], late["finished"]) == (3, 24, True)
    assert numbers[0][("source", "203.0.113.7")] == "2"
    assert numbers[1][("source", "203.0.113.7")] == "15"
    assert [family["draw"] for family in late["families"]] == ["rate", "stack", "bars"]


def test_a_program_that_cannot_run_is_refused_with_its_reason(client: FlaskClient) -> None:
    refused = ask(client, "metrics", inputs=INPUTS | {"source": "r0 = "}, rules=EXAMPLE.rules)
    assert refused["failure"]["span"] is not None


def test_policies_become_a_matrix(client: FlaskClient) -> None:
    reply = ask(client, "policy", policies=POLICIES.policies, cluster=POLICIES.cluster)
    view = reply["view"]
    columns = [(view["places"][one["place"]]["name"], one["port"]) for one in view["columns"]]
    assert columns == [("web-1", 80), ("api-1", 8080), ("api-1", 9090), ("db-1", 5432)]
    marks = {
        place["name"]: "".join("s" if cell["same"] else ".+"[cell["allowed"]] for cell in row)
        for place, row in zip(view["places"], view["cells"], strict=True)
    }
    assert marks == {
        "web-1": "s+..",
        "api-1": "+ss+",
        "db-1": "+..s",
        "prom-0": "+.+.",
        "this node": "++++",
        "outside": "+...",
    }


def test_a_cell_opens_as_a_program_that_decides_the_same(client: FlaskClient) -> None:
    cell = ask(client, "policy:cell", policies=POLICIES.policies, cluster=POLICIES.cluster, row=0, column=2)
    assert cell["head"] == "web-1 → api-1:9090 is denied on the way into api-1."
    door = cell["programs"][-1]
    inputs = {"source": door["source"], "hook": door["hook"], "packets": [door["packet"]]}
    checked = ask(client, "check", source=door["source"])
    assert checked["ok"]
    watched = ask(client, "metrics", inputs=inputs)
    assert watched["finished"]


@pytest.mark.parametrize(
    ("policies", "cluster", "where"),
    [
        ("kind: NetworkPolice", "", "policies"),
        ("", "kind: NetworkPolicy", "cluster"),
        ("", POLICIES.cluster.replace("10.4.1.18", "10.4.1.17"), "cluster"),
    ],
)
def test_mistakes_stand_where_they_were_made(
    client: FlaskClient, policies: str, cluster: str, where: str
) -> None:
    reply = ask(client, "policy", policies=policies, cluster=cluster)
    assert reply["view"] is None
    assert reply[where][0]["span"] is not None
