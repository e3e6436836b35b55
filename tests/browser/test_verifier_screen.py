"""The verifier's screen as a person uses it: by mouse, and by keyboard alone."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.axe import axe
from tests.browser.workbench import Workbench
from tests.long_walk import nested

OFF_BY_ONE = "/workbench?example=why_off_by_one&view=verifier"
WHY = {
    "why_off_by_one": (28, "reads one byte past what is proved"),
    "why_null": (20, "may be null"),
    "why_unset": (16, "r0"),
    "why_leak": (25, "given back|released|held|lost"),
    "why_loop": (14, "never ends"),
}


class Verifier:
    """A page that shows the verifier's screen."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.slider = page.get_by_role("slider", name="Verifier step")

    def open(self, address: str = OFF_BY_ONE) -> "Verifier":
        self.page.goto(address)
        expect(self.slider).to_be_attached()
        return self

    def at(self, step: int, pc: int) -> None:
        """Asserts which step is looked at."""
        expect(self.slider).to_have_attribute("aria-valuetext", re.compile(rf"^Step {step} of \d+, pc {pc},"))

    def pane(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True).first

    def chip(self) -> Locator:
        """The verdict in the top bar."""
        return self.page.get_by_role("banner").get_by_role("button", name=re.compile("^Verifier:"))

    def register(self, name: str) -> Locator:
        header = self.page.get_by_role("rowheader", name=name, exact=True)
        return self.pane("What the verifier knew").get_by_role("row").filter(has=header)


def width(pane: Locator) -> float:
    box = pane.bounding_box()
    return box["width"] if box is not None else 0.0


@pytest.fixture
def verifier(page: Page) -> Verifier:
    return Verifier(page)


def test_home_offers_what_the_verifier_refuses(page: Page) -> None:
    page.goto("/")
    group = page.get_by_role("region", name="Why does it say no?")
    expect(group.get_by_role("listitem")).to_have_count(len(WHY))
    group.get_by_role("link", name="One byte past the check").click()
    expect(page).to_have_url(re.compile("view=verifier"))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("was rejected$"))


@pytest.mark.parametrize("example", WHY)
def test_a_newcomer_sees_where_and_why(verifier: Verifier, example: str) -> None:
    line, words = WHY[example]
    verifier.open(f"/workbench?example={example}&view=verifier")
    expect(verifier.chip()).to_have_accessible_name(f"Verifier: rejected line {line}")
    expect(verifier.page.locator(".say")).to_contain_text(re.compile(words))
    expect(verifier.page.locator(".diag").first).to_be_visible()
    expect(verifier.pane("Why").get_by_text("The same, in Linux's words")).to_be_visible()


def test_the_walk_is_stepped_back_and_on(verifier: Verifier) -> None:
    verifier.open().at(48, 19)
    verifier.button("Back").click()
    verifier.at(47, 18)
    expect(verifier.register("r1")).to_contain_text("18 bytes proved")
    verifier.button("Step").click()
    verifier.at(48, 19)
    expect(verifier.register("r1")).to_contain_text("27 bytes proved")
    expect(verifier.button("Step")).to_be_disabled()
    verifier.button("First instruction").click()
    verifier.at(1, 0)
    verifier.button("On to the next fork").click()
    verifier.at(5, 4)
    verifier.button("On to the next path").click()
    verifier.at(33, 30)
    verifier.button("End of the walk").click()
    verifier.at(48, 19)


def test_the_walk_is_stepped_by_keyboard_alone(verifier: Verifier) -> None:
    verifier.open().at(48, 19)
    press = verifier.page.keyboard.press
    for key, step, pc in (
        ("Alt+Home", 1, 0),
        ("F10", 2, 1),
        ("F6", 5, 4),
        ("F6", 8, 7),
        ("Alt+F6", 5, 4),
        ("]", 33, 30),
        ("[", 1, 0),
        ("Alt+End", 48, 19),
        ("Alt+F10", 47, 18),
    ):
        press(key)
        verifier.at(step, pc)
    verifier.slider.focus()
    press("ArrowLeft")
    verifier.at(46, 17)
    press("End")
    verifier.at(48, 19)


def test_blocks_causes_and_log_lines_lead_to_their_steps(verifier: Verifier) -> None:
    verifier.open().at(48, 19)
    flow = verifier.pane("Control flow")
    flow.locator("[data-go='13']").click()
    verifier.at(20, 13)
    verifier.pane("Linux's log").get_by_text("18: (2d) if r1 > r2").last.click()
    verifier.at(47, 18)
    causes = verifier.pane("Why").locator(".cause button")
    causes.last.click()
    verifier.at(48, 19)
    flow.get_by_role("radio", name="Paths").click()
    flow.get_by_role("button", name="covered by step").first.click()
    expect(verifier.slider).not_to_have_attribute("aria-valuenow", "48")


def test_the_fix_is_applied_in_one_step_that_undo_takes_back(verifier: Verifier) -> None:
    verifier.open()
    verifier.pane("Why").get_by_role("button", name="Apply and verify").first.click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))
    expect(verifier.page.locator(".cm-content")).to_contain_text("r1 += 10")
    expect(verifier.pane("Why")).to_contain_text("Linux 6.18 would load this program")
    verifier.page.get_by_role("button", name="Undo").click()
    expect(verifier.chip()).to_have_accessible_name("Verifier: rejected line 28")
    expect(verifier.page.locator(".diag").first).to_contain_text("reads one byte past what is proved")


def test_the_witness_faults_in_the_workbench(verifier: Verifier) -> None:
    verifier.open("/workbench?example=why_null&view=verifier")
    verifier.pane("Why").get_by_role("button", name="Open in the workbench").click()
    bench = Workbench(verifier.page)
    expect(bench.sentence()).to_contain_text("reads address 0x0")  # the step that goes wrong is next
    bench.command("last step of this packet")
    expect(bench.sentence()).to_contain_text("fault")


def test_the_verdict_follows_what_is_typed(verifier: Verifier) -> None:
    bench = Workbench(verifier.page).open()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))
    bench.write(".hook xdp\nr0 = r3\nexit\n")
    expect(verifier.chip()).to_have_accessible_name("Verifier: rejected line 2")
    expect(verifier.page.locator(".status")).to_contain_text("verifier: rejected line 2")
    bench.write(".hook xdp\nr0 = 2\nexit\n")
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))
    verifier.page.keyboard.press("Escape")
    verifier.chip().click()
    expect(verifier.pane("Why")).to_contain_text("every instruction is safe")
    verifier.page.go_back()
    expect(verifier.page.get_by_role("region", name="Registers")).to_be_visible()


def test_the_key_e_explains_and_w_returns(verifier: Verifier) -> None:
    Workbench(verifier.page).open("/workbench?example=null_value")
    verifier.page.locator("main").focus()
    verifier.page.keyboard.press("e")
    expect(verifier.pane("Why")).to_be_focused()
    verifier.page.keyboard.press("w")
    expect(verifier.page.get_by_role("region", name="Registers")).to_be_visible()


def test_digits_go_to_the_parts_of_the_screen(verifier: Verifier) -> None:
    verifier.open().page.locator("main").focus()
    names = ("Why", "Editor", "What the verifier knew", "Control flow", "Linux's log")
    for key, name in enumerate(names, 1):
        verifier.page.keyboard.press(str(key))
        expect(verifier.pane(name)).to_be_focused()


def test_another_loader_changes_the_verdict(verifier: Verifier) -> None:
    verifier.open("/workbench?example=syn_guard&view=verifier")
    expect(verifier.pane("Why")).to_contain_text("There it would be rejected")
    verifier.page.get_by_role("radio", name="no perfmon").click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: rejected"))
    verifier.page.get_by_role("radio", name="root").click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))


def test_the_explanation_is_for_the_hook_chosen_and_for_who_loads(verifier: Verifier) -> None:
    bench = Workbench(verifier.page).open()
    bench.write(".hook xdp\nr0 = 0\nr2 = *(u32 *)(r1 + 76)\nr0 = *(u8 *)(r2 + 60)\nr0 = 0\nr0 = r10\nexit\n")
    verifier.page.keyboard.press("Escape")
    verifier.chip().click()
    why = verifier.pane("Why")
    expect(why).to_contain_text("invalid bpf_context access off=76 size=4")
    verifier.page.keyboard.press("w")
    bench.command("go to packets to send")
    bench.page.get_by_label("Attached to").select_option("tc")
    verifier.chip().click()
    expect(why).to_contain_text("R2 offset is outside of the packet")
    expect(why).to_contain_text("byte 60")
    why.get_by_role("button", name="Apply and verify").first.click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))
    verifier.page.get_by_role("radio", name="no perfmon").click()
    expect(why).to_contain_text("R0 leaks addr as return value")
    expect(why.get_by_role("heading", name="How the verifier got here")).to_be_visible()


def test_what_was_known_over_all_paths(verifier: Verifier) -> None:
    verifier.open("/workbench?example=proto_count&view=verifier")
    verifier.page.keyboard.press("Alt+End")
    verifier.at(32, 28)
    knew = verifier.pane("What the verifier knew")
    knew.get_by_role("radio", name="All paths").click()
    expect(knew).to_contain_text("4 times at pc 28")
    expect(knew).to_contain_text("covers it")
    knew.get_by_role("button", name=re.compile("^step 18")).click()
    verifier.at(18, 28)


def test_panes_are_folded_resized_moved_and_remembered(verifier: Verifier) -> None:
    verifier.page.set_viewport_size({"width": 1600, "height": 1000})
    verifier.open()
    page = verifier.page
    verifier.button("Fold Linux's log").click()
    expect(verifier.pane("Linux's log").get_by_role("group", name="Lines of the log")).to_have_count(0)
    split = page.get_by_role("separator", name="Width of column 1")
    before = width(verifier.pane("Why"))
    split.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(50)  # a press that finds the last one not drawn yet starts from where it was
    assert abs(width(verifier.pane("Why")) - before - 80) < 8
    Workbench(page).command("move pane verifier: what the verifier knew to column 1")
    expect(page.locator(".col").first.locator("[data-pane]")).to_have_count(2)
    page.reload()
    expect(page.locator(".col").first.locator("[data-pane]")).to_have_count(2)
    expect(verifier.button("Open Linux's log")).to_be_visible()
    page.keyboard.press("w")
    expect(verifier.button("Fold Registers")).to_be_visible()  # the workbench's panes are as they were
    page.keyboard.press("e")
    Workbench(page).command("reset layout")
    expect(verifier.button("Fold Linux's log")).to_be_visible()
    expect(page.locator(".col").first.locator("[data-pane]")).to_have_count(1)


def test_a_pane_dragged_onto_another_becomes_its_tab(verifier: Verifier) -> None:
    verifier.page.set_viewport_size({"width": 1600, "height": 1000})
    verifier.open()
    header = verifier.pane("Linux's log").get_by_role("heading")
    header.drag_to(verifier.pane("Control flow").locator(".pane-b"))
    tabs = verifier.page.get_by_role("tablist", name="Panes in this place")
    expect(tabs.get_by_role("tab")).to_have_text(["Control flow", "Linux's log"])
    tabs.get_by_role("tab", name="Control flow").click()
    expect(verifier.page.locator(".vcfg")).to_be_visible()


def test_a_link_brings_back_the_step_the_loader_and_what_is_shown(verifier: Verifier) -> None:
    verifier.open("/workbench?example=syn_guard&view=verifier")
    page = verifier.page
    page.get_by_role("radio", name="no perfmon").click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: rejected"))
    verifier.button("First instruction").click()
    verifier.button("Step").click()
    verifier.button("Step").click()
    page.get_by_role("radio", name="All paths").click()
    page.get_by_role("radio", name="Paths", exact=True).click()
    expect(page).to_have_url(re.compile(r"view=verifier#.*&v=3&see=all,paths&as=no-perfmon$"))
    browser = page.context.browser
    assert browser is not None
    with browser.new_context() as other:
        elsewhere = other.new_page()
        elsewhere.goto(page.url)
        there = Verifier(elsewhere)
        there.at(3, 2)
        expect(there.chip()).to_have_accessible_name(re.compile("^Verifier: rejected"))
        for name in ("no perfmon", "All paths", "Paths"):
            expect(elsewhere.get_by_role("radio", name=name, exact=True)).to_be_checked()


def test_what_changes_with_the_loader_is_listed_and_shown_by_an_example(verifier: Verifier) -> None:
    verifier.open("/workbench?example=syn_guard&view=verifier")
    why = verifier.pane("Why")
    about = why.get_by_role("listitem").filter(has_text="this program")
    expect(about).to_contain_text("Helpers that look into the kernel are out of reach")
    expect(about).to_contain_text("may not be called")  # as it is there, for the other loader
    why.get_by_text("Addresses are secret", exact=True).click()
    why.get_by_role("button", name="Try an example of it").first.click()
    expect(verifier.chip()).to_have_accessible_name(re.compile("^Verifier: accepted"))
    verifier.page.get_by_role("radio", name="no perfmon").click()
    expect(why).to_contain_text("R10 leaks addr into map")
    verifier.page.get_by_role("button", name="Undo").click()
    expect(verifier.page.locator(".cm-content")).to_contain_text("syn_count")


def test_notes_stand_under_the_words_of_the_kernel(verifier: Verifier) -> None:
    verifier.open()
    words = verifier.pane("Why").locator(".kw")
    expect(words).to_contain_text("Bytes the access takes.")
    said = " ".join(words.locator("p").all_inner_texts())
    assert said.startswith("invalid access to packet, off=27 size=1, R4(id=0,off=27,r=27)")
    noted = words.get_by_text("size=1").bounding_box()
    note = words.get_by_text("Bytes the access takes.").bounding_box()
    assert noted is not None
    assert note is not None
    assert note["y"] > noted["y"]


NESTED = nested(400, 125)


def test_a_long_walk_is_counted_stopped_and_gone_on_with(verifier: Verifier) -> None:
    page = verifier.page
    bench = Workbench(page).open()
    bench.write(NESTED)
    page.keyboard.press("Escape")
    verifier.chip().click()
    why = verifier.pane("Why")
    on = why.get_by_role("button", name="Walk on to 1,000,000")
    expect(why).to_contain_text("Undecided: this server stopped after 100,000 instructions.")
    on.click()
    said = bench.sentence()
    expect(said).to_contain_text(
        re.compile(r"Verifying, [\d,]+ of at most 1,000,000\. *Deepest loop: at line 6, 2 loops")
    )
    expect(said.get_by_role("progressbar")).to_be_visible()
    expect(said).to_contain_text(re.compile(r"Verifying, [1-9]\d+,\d\d\d of"))
    verifier.button("Stop").click()
    expect(why).to_contain_text(re.compile(r"Undecided: stopped after \d+,\d\d\d instructions"))
    expect(said.get_by_role("progressbar")).to_have_count(0)
    verifier.button("First instruction").click()
    verifier.at(1, 0)
    expect(verifier.register("r1")).to_contain_text("ctx")  # what was walked can be looked at
    on.click()  # and goes on from there to its end
    expect(why).to_contain_text("Linux 6.18 would load this program", timeout=120_000)
    expect(why).to_contain_text(re.compile(r"walked 15\d,\d\d\d instructions"))


@pytest.mark.parametrize(
    "example", ["syn_guard", "proto_count", "checksum_loop", "ring_events", "tail_calls", "socket_filter"]
)
def test_no_run_leaves_what_was_proved(verifier: Verifier, example: str) -> None:
    bench = Workbench(verifier.page).open(f"/workbench?example={example}")
    registers = bench.pane("Registers")
    expect(registers.locator(".pv .rb").first).to_be_attached()
    page = verifier.page
    page.locator("main").focus()
    for _ in range(3):
        for _ in range(40):
            page.keyboard.press(".")
            assert page.locator(".outside").count() == 0
        page.keyboard.press("Alt+PageDown")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1600, 1280, 390])
def test_the_screen_is_accessible(verifier: Verifier, width: int, theme: str) -> None:
    verifier.page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    verifier.page.set_viewport_size({"width": width, "height": 844 if width == 390 else 900})
    verifier.open()
    expect(verifier.page.get_by_text("The same, in Linux's words").first).to_be_attached()
    axe(verifier.page)


def test_a_phone_shows_one_part_at_a_time(verifier: Verifier) -> None:
    verifier.page.set_viewport_size({"width": 390, "height": 844})
    verifier.open()
    expect(verifier.pane("Why")).to_be_visible()
    expect(verifier.pane("Control flow")).to_be_hidden()
    verifier.page.get_by_role("tab", name="Flow").click()
    expect(verifier.pane("Control flow")).to_be_visible()
    assert verifier.page.evaluate("document.documentElement.scrollWidth") <= 390
