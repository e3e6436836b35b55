"""Time in both directions: by mouse, by keyboard alone, to stops, past faults and along endless loops."""

import re

from playwright.sync_api import Page, expect

from tests.browser.workbench import SYN_GUARD, Workbench


def holds_step_24(workbench: Workbench) -> None:
    """The moment after the counter became 11."""
    workbench.at(16, 24)
    expect(workbench.sentence()).to_contain_text("10 → 11")
    r1 = workbench.register("r1")
    expect(r1).to_contain_text("10")
    expect(r1).to_contain_text("was 1")
    expect(workbench.register("r0")).to_contain_text("syn_count[203.0.113.7]")
    stack = workbench.pane("Stack")
    for off, byte in zip(range(-4, 0), ("cb", "00", "71", "07"), strict=True):
        expect(stack.get_by_role("cell", name=f"fp{off}: {byte}")).to_be_visible()
    expect(workbench.entry("syn_count", "203.0.113.7")).to_contain_text("10 → 11")
    expect(workbench.field("protocol")).to_contain_text("pc 10")
    expect(workbench.pane("This run").locator("[aria-current=step]")).to_contain_text("10 → 11")


def test_the_dropped_packet_by_mouse(page: Page) -> None:
    workbench = Workbench(page).open()
    page.locator(".strip [data-packet='15']").click()
    workbench.at(16, 0)
    events = workbench.pane("This run")
    events.get_by_role("button", name=re.compile("atomic_fetch_add|lock")).first.click()
    holds_step_24(workbench)
    workbench.button("Step").click()
    workbench.at(16, 25)
    expect(workbench.register("r1")).not_to_contain_text("was 1")
    workbench.button("Step back").click()
    holds_step_24(workbench)
    events.get_by_role("button", name=re.compile("exit")).last.click()
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    workbench.button("First step").click()
    workbench.at(16, 0)
    expect(workbench.entry("syn_count", "203.0.113.7")).to_contain_text("10")


def test_the_dropped_packet_by_keyboard_alone(page: Page) -> None:
    workbench = Workbench(page).open()
    page.keyboard.press("d")
    workbench.at(16, 35)
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    for _ in range(11):
        page.keyboard.press("Alt+F10")
    holds_step_24(workbench)
    page.keyboard.press("F10")
    workbench.at(16, 25)
    page.keyboard.press(",")
    workbench.at(16, 24)
    page.keyboard.press("Alt+PageUp")
    workbench.at(15, 0)
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("XDP_PASS")


def test_every_value_answers_since_when(page: Page) -> None:
    workbench = Workbench(page).open(f"{SYN_GUARD}#p=16&s=24")
    workbench.register("r7").click(button="right")
    page.get_by_role("menuitem", name="Back to its last write").click()
    workbench.at(16, 3)
    workbench.register("r6").get_by_role("button", name="pc 0", include_hidden=True).click()
    workbench.at(16, 1)
    workbench.register("r6").focus()
    page.keyboard.press("Shift+F10")
    expect(page.get_by_role("menu")).to_be_visible()
    page.keyboard.press("Escape")


def test_fields_and_bytes_light_each_other(page: Page) -> None:
    workbench = Workbench(page).open(f"{SYN_GUARD}#p=16&s=24")
    source = workbench.pane("Packet").get_by_role("treeitem").filter(has_text="203.0.113.7")
    source.hover()
    lit = workbench.pane("Packet").locator(".hex .hl")
    expect(lit).to_have_text(["cb", "00", "71", "07"])
    lit.nth(1).hover()
    expect(source).to_have_class(re.compile(r"\bhl\b"))


def test_breakpoints_plain_and_conditional_and_runs_to_what_matters(page: Page) -> None:
    workbench = Workbench(page).open()
    page.get_by_text("r1 = atomic_fetch_add").click()
    page.keyboard.press("F9")
    page.keyboard.press("F5")
    workbench.at(3, 23)  # the second SYN of this source is the first that finds an entry
    page.keyboard.press("F5")
    workbench.at(4, 23)
    page.keyboard.press("Alt+F5")
    workbench.at(3, 23)
    page.keyboard.press("Shift+F9")
    condition = page.get_by_label(re.compile("^Breakpoint on line")).get_by_role("textbox")
    condition.fill("*(u32 *)(r10 - 4) == 0x077100cb && *(u64 *)r0 == 10")
    page.keyboard.press("Enter")
    workbench.button("Continue to the next breakpoint").click()
    workbench.at(16, 23)


def test_runs_to_what_matters(page: Page) -> None:
    workbench = Workbench(page).open(f"{SYN_GUARD}#p=16&s=0")
    workbench.command("run to the next helper call")
    workbench.at(16, 21)
    workbench.command("run to the next map write")
    workbench.at(16, 24)
    workbench.command("back to the last helper call")
    workbench.at(16, 21)
    workbench.command("on to the next write of r1")
    workbench.at(16, 23)


def test_a_fault_is_shown_as_an_oops_and_can_be_stepped_back_from(page: Page) -> None:
    workbench = Workbench(page).open("/workbench?example=null_value")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text(re.compile("address|null", re.IGNORECASE))
    expect(workbench.pane("This run")).to_contain_text("fault")
    page.keyboard.press("Alt+F10")
    expect(workbench.sentence()).to_contain_text("Next")
    page.keyboard.press("F10")
    expect(workbench.sentence()).to_contain_text(re.compile("failed|fault", re.IGNORECASE))


def test_an_endless_loop_stops_at_its_budget_and_every_step_can_be_seen(page: Page) -> None:
    workbench = Workbench(page).open("/workbench?example=endless")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text(re.compile("budget|stopped", re.IGNORECASE))
    last = int(page.locator("h1").inner_text().rsplit(" ", 1)[1])
    assert last >= 100_000
    page.keyboard.press(",")
    workbench.at(1, last - 1)
    workbench.command("step 50000")
    workbench.at(1, 50_000)
    expect(workbench.register("r0")).to_contain_text("2")
    workbench.button("Step").click()
    workbench.at(1, 50_001)
