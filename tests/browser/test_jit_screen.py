"""The JIT page: machine code beside the bytecode, with known answers."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.linux.bpf import unavailable
from tests.browser.axe import axe
from tests.browser.server import serving


def opened(page: Page, address: str = "/jit?example=syn_guard") -> Locator:
    """The page once it says what became of the program; its sentence."""
    page.goto(address)
    sentence = page.get_by_role("main").get_by_role("status")
    expect(sentence).not_to_have_text("Compiling.")
    return sentence


def test_syn_guard_becomes_273_bytes(page: Page) -> None:
    expect(opened(page)).to_contain_text("49 eBPF slots became 68 x86-64 instructions.")
    size = page.get_by_role("region", name="Size")
    for row in ("eBPF, loaded392 B", "after rewriting424 B", "x86-64273 B"):
        expect(size).to_contain_text(row)
    expect(page.get_by_role("region", name="Registers")).to_contain_text("r6rbxkept across calls")
    axe(page)


def test_keys_walk_the_rewritten_lines_and_let_go(page: Page) -> None:
    opened(page)
    line = page.get_by_role("region", name="The line")
    for key, pc in (("]", 1), ("]", 2), ("]", 21), ("[", 2)):
        page.keyboard.press(key)
        expect(line).to_contain_text(f"pc {pc}pinned")
    page.keyboard.press("]")
    expect(line).to_contain_text("One call became four instructions of x86-64.")
    expect(line.get_by_role("listitem").first).to_have_text("call __htab_map_lookup_elem")
    page.keyboard.press("Escape")
    expect(line).not_to_contain_text("pinned")


def test_a_click_pins_both_sides_and_b_hides_the_bytes(page: Page) -> None:
    opened(page)
    code = page.get_by_role("region", name="Code of syn_guard")
    group = code.get_by_role("button").filter(has_text="cmp rdi, 9")
    group.click()
    expect(group).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("region", name="The line")).to_contain_text("pc 25pinned")
    expect(group).to_contain_text("48 83 ff 09")
    page.keyboard.press("b")
    expect(group).not_to_contain_text("48 83 ff 09")


def test_the_proof_takes_checks_out_of_the_guarded_form(page: Page) -> None:
    sentence = opened(page)
    counts = []
    for form, says in (
        ("Guarded", "what the simulator runs"),
        ("Guarded with proof", "the verifier's proof"),
    ):
        page.get_by_role("group", name="Form").get_by_role("button", name=form, exact=True).click()
        expect(sentence).to_have_text(re.compile(rf"became (?!68 )\d+ x86-64 instructions.*{says}"))
        counts.append(int(re.findall(r"became (\d+)", sentence.inner_text())[0]))
    assert counts[0] > counts[1] > 68
    buys = page.get_by_role("region", name="What the verifier buys you")
    expect(buys).to_contain_text("checks 9 accesses; the proof makes 6 of them needless and saves")
    buys.get_by_role("button", name="pc 15").click()
    line = page.get_by_role("region", name="The line")
    expect(line).to_contain_text("This is what the verifier buys you: no check is needed, for a comparison")
    expect(line).to_contain_text("54 bytes of the packet; this touches bytes 26 to 29")
    axe(page)


def test_the_step_lights_its_bytes_and_goes_both_ways(page: Page) -> None:
    opened(page, "/jit?example=syn_guard#p=16&s=24")
    now = page.locator("[aria-current=step]")
    expect(now).to_contain_text("cmp rdi, 9")
    time = page.get_by_role("region", name="Time")
    expect(time).to_contain_text("Step 24 of 35, before pc 25")
    expect(time).to_contain_text("pc 24 added 1 to syn_count[203.0.113.7]: 10 → 11")
    page.keyboard.press(".")
    expect(now).to_contain_text("mov r8, rdi")
    page.keyboard.press(",")
    page.keyboard.press(",")
    expect(now).to_contain_text("lock xadd")
    page.get_by_role("slider", name="Step").focus()
    page.keyboard.press("Home")
    expect(now).to_contain_text("r6 = r1")
    page.get_by_role("button", name="Last step").click()
    expect(now).to_have_count(0)
    expect(time).to_contain_text("XDP_DROP")
    expect(page).to_have_url(re.compile("#p=16&s=35$"))
    link = page.get_by_role("link", name="Open in the workbench")
    expect(link).to_have_attribute("href", "/workbench?example=syn_guard#p=16&s=35")


def test_the_workbench_leads_to_the_step_it_stands_at(page: Page) -> None:
    page.goto("/workbench?example=syn_guard#p=16&s=24")
    expect(page.get_by_role("slider", name="Step")).to_have_attribute(
        "aria-valuetext", re.compile("^Step 24")
    )
    page.get_by_role("link", name="JIT", exact=True).first.click()
    expect(page.locator("[aria-current=step]")).to_contain_text("cmp rdi, 9")


def test_registers_link_both_sides(page: Page) -> None:
    opened(page)
    code = page.get_by_role("region", name="Code of syn_guard")
    page.get_by_role("row", name="r7").focus()
    hot = code.locator("[data-hot='7']")
    expect(hot).to_be_visible()
    assert set(hot.locator("[data-r='7']").all_inner_texts()) == {"r7", "r13"}
    code.get_by_role("button").filter(has_text="bpf_map_lookup_elem").first.hover()
    registers = page.get_by_role("region", name="Registers")
    expect(registers.locator("tr.hot th")).to_have_text(["r0", "r1", "r2"])


def test_linux_beside_ours_differs_in_addresses_alone(page: Page) -> None:
    sentence = opened(page)
    page.get_by_role("button", name="Beside Linux").click()
    expect(sentence).to_contain_text(
        "61 of 68 are byte for byte those of Linux 6.18.44, 7 differ in addresses"
    )
    code = page.get_by_role("region", name="Code of syn_guard")
    expect(code).to_contain_text("recorded on Linux 6.18.44")
    expect(code).to_contain_text("This machine's kernel is not asked")
    assert code.get_by_role("img", name="the same but for an address").count() == 7
    axe(page)


@pytest.mark.parametrize(
    ("press", "said", "shown"),
    [
        ("AArch64", "88 AArch64 instructions", "ldaddal x0, x0, [x7]"),
        ("AT&T", "68 x86-64 instructions", "lock xaddq %rdi, (%rax)"),
        ("Rewritten eBPF", "53 slots of rewritten eBPF", "call __htab_map_lookup_elem"),
    ],
)
def test_other_ways_to_read_it(page: Page, press: str, said: str, shown: str) -> None:
    sentence = opened(page)
    page.get_by_role("button", name=press, exact=True).click()
    expect(sentence).to_contain_text(said)
    expect(page.get_by_role("region", name="Code of syn_guard")).to_contain_text(shown)


def test_a_race_tells_ratios_spread_and_machine(page: Page) -> None:
    opened(page, "/jit?example=checksum_loop")
    race = page.get_by_role("region", name="Race")
    race.get_by_role("button", name="Race", exact=True).click()
    expect(race.locator(".rounds")).to_have_text("7 of 7 rounds", timeout=60_000)
    lanes = race.get_by_role("list", name="Times").get_by_role("listitem")
    expect(lanes.first).to_contain_text(re.compile(r"Interpreter1×.*µs \("))
    expect(race).to_contain_text("Linux does not take part: this server was not started with")
    expect(race).to_contain_text("Measured on")
    expect(race).to_contain_text("All answered 2.")
    axe(page)


@pytest.mark.skipif(unavailable() is not None, reason=f"no kernel to ask: {unavailable()}")
def test_where_it_is_allowed_this_machines_kernel_is_asked(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path, HOOKSCOPE_ASK_KERNEL="1") as served:
        sentence = opened(page, f"{served.url}/jit?example=checksum_loop")
        page.get_by_role("button", name="Beside Linux").click()
        page.get_by_role("button", name="Ask this machine's kernel").click()
        expect(page.get_by_role("region", name="Code of checksum_loop")).to_contain_text(
            "asked of this machine"
        )
        expect(sentence).to_contain_text(re.compile(r"are byte for byte those of Linux \d"))
        race = page.get_by_role("region", name="Race")
        race.get_by_role("button", name="Race", exact=True).click()
        lanes = race.get_by_role("list", name="Times").get_by_role("listitem")
        expect(lanes.last).to_contain_text("what the kernel's test run says")
        race.get_by_role("button", name="Stop").click()


def test_a_refused_program_says_why_and_leads_to_the_verifier(page: Page) -> None:
    opened(page, "/jit?example=why_null")
    why = page.get_by_role("region", name="Why there is no code")
    expect(why).to_contain_text("R0 invalid mem access 'map_value_or_null'")
    why.get_by_role("link").click()
    expect(page.get_by_role("link", name="Verifier").first).to_have_attribute("aria-current", "page")
