"""The JIT page: machine code beside the bytecode, with known answers."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import axe


def opened(page: Page, address: str = "/jit?example=syn_guard") -> Locator:
    """The page once it says what became of the program; its sentence."""
    page.goto(address)
    sentence = page.get_by_role("main").get_by_role("status")
    expect(sentence).not_to_have_text("Compiling.")
    return sentence


def test_syn_guard_becomes_273_bytes(page: Page) -> None:
    expect(opened(page)).to_contain_text("49 eBPF slots became 68 x86-64 instructions.")
    size = page.get_by_role("region", name="Size")
    for row in ("eBPF, loaded392", "after rewriting424", "x86-64273"):
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
    expect(line).to_contain_text("One call became 3")
    expect(line.get_by_role("listitem").first).to_have_text("call __htab_map_lookup_elem")
    page.keyboard.press("Escape")
    expect(line).to_contain_text("Point at a line")


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
    for form, insns in (("Guarded", 266), ("Guarded with proof", 229)):
        page.get_by_role("group", name="Form").get_by_role("button", name=form, exact=True).click()
        expect(sentence).to_contain_text(f"became {insns} x86-64 instructions")
    expect(page.get_by_role("region", name="Size")).to_contain_text(
        "checks 9 accesses; the proof makes 6 of them needless and saves 207 bytes."
    )
    axe(page)


def test_a_refused_program_says_why_and_leads_to_the_verifier(page: Page) -> None:
    opened(page, "/jit?example=why_null")
    why = page.get_by_role("region", name="Why there is no code")
    expect(why).to_contain_text("R0 invalid mem access 'map_value_or_null'")
    why.get_by_role("link").click()
    expect(page.get_by_role("link", name="Verifier").first).to_have_attribute("aria-current", "page")
