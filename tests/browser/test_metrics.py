"""The metrics page as a person uses it: a scenario with a known answer for each of its two flows."""

import json
import re
import urllib.request
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from prometheus_client.parser import text_string_to_metric_families

from tests.browser.axe import axe
from tests.browser.test_accessible import TARGETS
from tests.browser.workbench import Workbench

ATTACKER = "203.0.113.7"


class Metrics:
    """A page that shows metrics and policies."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self, address: str = "/metrics") -> "Metrics":
        """Goes there and waits until both flows have an answer."""
        self.page.goto(address)
        expect(self.pane("The map").get_by_role("row").nth(1)).to_be_visible()
        expect(self.cell("web-1 to api-1 :8080")).to_be_visible()
        return self

    def pane(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def row(self, pane: str, text: str) -> Locator:
        """The row of a table that has this text."""
        return self.pane(pane).get_by_role("row").filter(has_text=text).first

    def line(self, text: str) -> Locator:
        """The line of the scrape that has this text."""
        return self.pane("The scrape").get_by_role("listitem").filter(has_text=text).first

    def cell(self, name: str) -> Locator:
        return self.pane("Who may talk to whom").get_by_role("button", name=re.compile(f"^{name}:"))

    def editor(self, label: str) -> Locator:
        return self.page.get_by_role("textbox", name=label)

    def replace(self, label: str, old: str, new: str) -> None:
        """Types ``new`` over the first ``old`` in an editor."""
        text = self.editor(label)
        text.click()
        line = text.locator(".cm-line", has_text=old).first
        line.click()
        whole = str(line.text_content())
        self.page.keyboard.press("End")
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Shift+End")
        self.page.keyboard.insert_text(whole.strip().replace(old, new))


@pytest.fixture
def metrics(page: Page) -> Metrics:
    return Metrics(page)


def lit(metrics: Metrics) -> tuple[list[str], list[str], list[str]]:
    """The rows of the map, the lines of the rules and the lines of the scrape that are followed."""
    return (
        metrics.pane("The map").locator("tr.hlr td:nth-child(2)").all_inner_texts(),
        [text.strip() for text in metrics.pane("The rule").locator(".cm-line.hl").all_inner_texts()],
        metrics.pane("The scrape").locator(".hl").all_inner_texts(),
    )


def test_the_largest_source_is_followed_at_first(metrics: Metrics) -> None:
    metrics.open()
    expect(metrics.row("The map", ATTACKER)).to_have_attribute("aria-current", "true")
    assert lit(metrics) == (
        [ATTACKER],
        ["map: syn_count", "source: ipv4(key)"],
        [f'hookscope_syns_total{{source="{ATTACKER}"}} 15'],
    )
    graph = metrics.pane("The graph").get_by_role("img", name=re.compile("^SYNs seen, per source"))
    expect(graph).to_have_accessible_name(
        re.compile(rf"{re.escape(ATTACKER)} reaches [\d.]+ a second over 4 s")
    )


def test_a_row_is_followed_across_the_four_steps_and_back(metrics: Metrics) -> None:
    metrics.open()
    metrics.row("The map", "192.0.2.81").hover()
    assert lit(metrics)[2] == ['hookscope_syns_total{source="192.0.2.81"} 1']
    metrics.line('verdict="drop"').hover()
    assert lit(metrics)[:2] == (["1"], ["map: verdicts", "labels: {verdict: xdp_action(key)}"])
    metrics.line('verdict="drop"').click()
    metrics.page.mouse.move(5, 5)
    expect(metrics.line('verdict="drop"')).to_have_attribute("aria-current", "true")
    metrics.page.keyboard.press("Escape")
    expect(metrics.row("The map", ATTACKER)).to_have_attribute("aria-current", "true")


def test_rows_are_followed_by_keyboard_alone(metrics: Metrics) -> None:
    metrics.open()
    metrics.row("The map", ATTACKER).focus()
    metrics.page.keyboard.press("ArrowDown")
    assert lit(metrics)[0] == ["192.0.2.44"]
    metrics.page.keyboard.press("Enter")
    metrics.page.keyboard.press("End")
    assert lit(metrics)[0] == ["192.0.2.81"]


def test_time_goes_back_to_before_the_flood(metrics: Metrics) -> None:
    metrics.open()
    slider = metrics.page.get_by_role("slider", name="After which packet")
    slider.press("Home")
    expect(metrics.pane("The map")).to_contain_text("No entry yet")
    for _ in range(3):
        slider.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "After packet 3 of 24")
    expect(metrics.line(ATTACKER)).to_have_text(re.compile(" 2$"))


def test_a_forbidden_name_is_told_under_its_line_and_mended(metrics: Metrics) -> None:
    metrics.open()
    rules = "Rules that make maps into metrics, YAML"
    metrics.replace(rules, "hookscope_syns_total", "hookscope-syns_total")
    problem = metrics.pane("The rule").locator(".diag")
    expect(problem).to_contain_text("is no name that Prometheus allows for a metric")
    expect(problem).to_contain_text("hookscope_syns_total")
    expect(metrics.pane("The scrape")).to_contain_text("from before your last edit")
    metrics.replace(rules, "hookscope-syns_total", "syns_seen_total")
    expect(problem).to_have_count(0)
    expect(metrics.line(ATTACKER)).to_have_text(f'syns_seen_total{{source="{ATTACKER}"}} 15')


def test_what_is_written_is_saved_and_prometheus_scrapes_it(metrics: Metrics, base_url: str) -> None:
    metrics.open()
    metrics.replace("Rules that make maps into metrics, YAML", "hookscope_syns_total", "syns_total")
    expect(metrics.page.locator(".saved")).to_contain_text("Saved")
    expect(metrics.page).to_have_url(re.compile(r"/metrics\?w="))
    address = metrics.pane("The scrape").get_by_role("link").get_attribute("href")
    with urllib.request.urlopen(f"{base_url}{address}") as reply:  # noqa: S310 - the address is ours
        scraped = reply.read().decode()
    found = {
        tuple(one.labels.values()): one.value
        for family in text_string_to_metric_families(scraped)
        for one in family.samples
        if one.name == "syns_total"
    }
    assert found[(ATTACKER,)] == 15
    metrics.page.reload()
    expect(metrics.line(ATTACKER)).to_have_text(f'syns_total{{source="{ATTACKER}"}} 15')


def test_the_dashboard_is_downloaded(metrics: Metrics) -> None:
    metrics.open()
    with metrics.page.expect_download() as download:
        metrics.pane("The graph").get_by_role("button", name="Grafana JSON").click()
    board = json.loads(download.value.path().read_text("utf-8"))
    assert [panel["description"] for panel in board["panels"]] == [
        "hookscope_syns_total",
        "hookscope_xdp_verdicts_total",
        "hookscope_gap_seconds",
    ]


def test_a_program_of_the_workbench_gets_rules_suggested(metrics: Metrics) -> None:
    Workbench(metrics.page).open()
    metrics.page.get_by_role("banner").get_by_role("link", name="Metrics").click()
    expect(metrics.line(ATTACKER)).to_have_text(f'hookscope_syn_count_total{{address="{ATTACKER}"}} 15')


def test_the_matrix_is_what_the_policies_mean(metrics: Metrics) -> None:
    metrics.open()
    rows = {
        "web-1": {"api-1 :8080": "allow", "api-1 :9090": "deny", "db-1 :5432": "deny"},
        "api-1": {"web-1 :80": "allow", "db-1 :5432": "allow"},
        "prom-0": {"api-1 :8080": "deny", "api-1 :9090": "allow", "db-1 :5432": "deny"},
        "this node": {"db-1 :5432": "allow"},
        "outside": {"web-1 :80": "allow", "api-1 :8080": "deny"},
    }
    for source, targets in rows.items():
        for target, verdict in targets.items():
            expect(metrics.cell(f"{source} to {target}")).to_have_accessible_name(re.compile(f": {verdict}$"))


def test_a_cell_leads_to_its_entry_its_rule_and_its_questions(metrics: Metrics) -> None:
    metrics.open()
    metrics.cell("prom-0 to api-1 :9090").click()
    expect(metrics.pane("Who may talk to whom")).to_contain_text("prom-0 → api-1:9090 is allowed by entry 2.")
    expect(metrics.row("Map entries", "prom-0")).to_have_attribute("aria-current", "true")
    expect(metrics.row("Identities", "prom-0")).to_have_attribute("aria-current", "true")
    rule = [text.strip() for text in metrics.pane("The policy").locator(".cm-line.hl").all_inner_texts()]
    assert rule[-1] == "ports: [{protocol: TCP, port: 9090}]"
    questions = metrics.pane("Map entries").locator(".kv")
    expect(questions).to_have_text([re.compile("hit$"), re.compile("hit$"), re.compile("not asked$")])
    metrics.cell("db-1 to api-1 :9090").click()
    expect(questions).to_have_text([re.compile("hit$"), re.compile("miss$"), re.compile("miss$")])


def test_a_cell_is_stepped_in_the_workbench(metrics: Metrics) -> None:
    metrics.open()
    metrics.cell("outside to db-1 :5432").click()
    metrics.pane("Who may talk to whom").get_by_role("button", name="Step in at db-1").click()
    bench = Workbench(metrics.page)
    expect(bench.button("Step")).to_be_enabled()
    expect(bench.editor()).to_contain_text("may outside reach db-1, TCP 5432?")
    bench.command("last step of this packet")
    expect(bench.sentence()).to_contain_text("SHOT")
    metrics.page.go_back()
    expect(metrics.cell("outside to db-1 :5432")).to_be_visible()


def test_a_mistake_in_a_policy_is_told_at_its_line(metrics: Metrics) -> None:
    metrics.open()
    metrics.replace("NetworkPolicies, YAML", "policyTypes: [Ingress]", "policyTypes: [Ingres]")
    expect(metrics.pane("The policy").locator(".diag")).to_contain_text("Ingress")
    expect(metrics.pane("Who may talk to whom")).to_contain_text("from before your last edit")
    metrics.replace("NetworkPolicies, YAML", "policyTypes: [Ingres]", "policyTypes: [Egress]")
    expect(metrics.cell("web-1 to api-1 :9090")).to_have_accessible_name(re.compile("allow$"))


def wrong(metrics: Metrics) -> None:
    metrics.replace("NetworkPolicies, YAML", "podSelector: {matchLabels: {app: api}}", "podSelektor: {}")
    expect(metrics.pane("The policy").locator(".diag").first).to_be_visible()


STATES: dict[str, Callable[[Metrics], None]] = {
    "as it opens": lambda metrics: None,
    "a mistake": wrong,
    "the cluster": lambda metrics: metrics.page.get_by_role("tab", name="cluster.yaml").click(),
    "another map": lambda metrics: metrics.page.get_by_role("tab", name="verdicts").click(),
}


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(metrics: Metrics, state: str) -> None:
    metrics.open()
    STATES[state](metrics)
    for theme in ("light", "dark"):
        metrics.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        axe(metrics.page)


def test_on_a_phone_everything_can_be_touched(metrics: Metrics) -> None:
    metrics.page.set_viewport_size({"width": 390, "height": 844})
    metrics.open()
    small = metrics.page.evaluate(TARGETS)
    assert not small, "smaller than 44 px:\n" + "\n".join(small)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(metrics: Metrics, width: int) -> None:
    metrics.page.set_viewport_size({"width": width, "height": 844})
    metrics.open()
    assert metrics.page.evaluate("document.documentElement.scrollWidth") <= width
    axe(metrics.page)


def test_a_scenario_of_the_kernel_becomes_a_histogram(metrics: Metrics) -> None:
    metrics.open("/metrics?example=run_queue")
    expect(metrics.page.get_by_role("combobox", name="measured by")).to_have_value("noisy-neighbour")
    expect(metrics.page.get_by_role("slider")).to_have_attribute("aria-valuetext", "After event 1000 of 1000")
    waits = metrics.pane("The graph").get_by_role("img", name=re.compile("^Time waited in the run queue"))
    expect(waits).to_have_accessible_name(re.compile(r"0 483 in all, 1 \d{3} in all"))
    # On the quiet CPU nobody waits 2 us; beside the encoder many do.
    expect(metrics.line('runq_seconds_bucket{cpu="0",le="2e-06"}')).to_have_text(re.compile(" 483$"))
    at_once, ever = (
        int(str(metrics.line(f"runq_seconds_{rest}").text_content()).split()[-1])
        for rest in ('bucket{cpu="1",le="2e-06"}', 'count{cpu="1"}')
    )
    assert at_once < 0.8 * ever


def test_a_program_is_measured_by_another_scenario(metrics: Metrics) -> None:
    metrics.open()
    metrics.page.get_by_role("combobox", name="measured by").select_option("syn-flood")
    expect(metrics.page.get_by_role("slider")).to_have_attribute(
        "aria-valuetext", re.compile(r"^After event \d{3,} of")
    )
    expect(metrics.page.locator(".saved")).to_contain_text("Saved")
    metrics.page.reload()
    expect(metrics.page.get_by_role("combobox", name="measured by")).to_have_value("syn-flood")


def test_the_other_policies_close_both_doors(metrics: Metrics) -> None:
    metrics.open()
    metrics.page.get_by_role("combobox", name="example").select_option("default_deny")
    rows = {
        "front-1": {"ledger-1 :5432": "allow", "dns-1 :53": "allow", "198.51.100.7 :53": "deny"},
        "ledger-1": {"front-1 :8080": "deny", "dns-1 :53": "allow"},
        "batch-1": {"ledger-1 :5432": "deny"},
        "dns-1": {"front-1 :8080": "allow", "ledger-1 :5432": "deny"},
        "198.51.100.7": {"front-1 :8080": "allow", "ledger-1 :5432": "deny"},
        "203.0.113.7": {"front-1 :8080": "deny"},
    }
    for source, targets in rows.items():
        for target, verdict in targets.items():
            cell = metrics.cell(f"{source} to {target}")
            expect(cell).to_have_accessible_name(re.compile(f": {verdict}$"))
    metrics.cell("batch-1 to ledger-1 :5432").click()
    expect(metrics.pane("Who may talk to whom")).to_contain_text("is denied on the way out of batch-1.")


def test_a_lost_server_takes_nothing_away(metrics: Metrics, console_errors: list[str]) -> None:
    metrics.open()
    metrics.page.context.set_offline(True)
    metrics.replace("Rules that make maps into metrics, YAML", "hookscope_syns_total", "lost_total")
    expect(
        metrics.page.get_by_role("button", name="Server lost. What is shown stays; try again")
    ).to_be_visible()
    expect(metrics.page.locator(".saved")).to_contain_text("Offline (kept here)")
    expect(metrics.row("The map", ATTACKER)).to_be_visible()
    metrics.page.context.set_offline(False)
    metrics.page.get_by_role("button", name="Server lost. What is shown stays; try again").click()
    expect(metrics.line(ATTACKER)).to_have_text(f'lost_total{{source="{ATTACKER}"}} 15')
    expect(metrics.page.locator(".saved")).to_contain_text("Saved")
    console_errors.clear()
