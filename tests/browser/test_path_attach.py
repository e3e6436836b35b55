"""Attaching on the map by hand and by keys, the order of programs, replacing them, events made by hand."""

from playwright.sync_api import Page, expect

from tests.browser.path import Path

FLOOD = "/path?example=flood_limit"


def test_a_program_is_dropped_on_a_station_that_takes_it(page: Page) -> None:
    path = Path(page).open(FLOOD)
    attached = path.attached()
    attached.get_by_text("Programs to drag to the map").click()
    program = attached.get_by_role("listitem").filter(has_text="Stop a SYN flood").first
    program.scroll_into_view_if_needed()
    program.drag_to(path.station("socket"))
    expect(attached.get_by_role("status")).to_contain_text("socket is no hook")
    program.drag_to(path.station("xdp"))
    expect(attached.get_by_role("status")).to_contain_text("syn_guard is attached at XDP")
    expect(page.get_by_role("contentinfo")).to_contain_text("2 programs attached")


def test_the_same_is_done_with_keys(page: Page) -> None:
    path = Path(page).open(FLOOD)
    path.station("xdp").focus()
    page.keyboard.press("Enter")
    station = page.get_by_role("region", name="XDP", exact=True)
    station.get_by_label("Attach at XDP").select_option(label="Stop a SYN flood")
    page.get_by_role("button", name="Run syn_guard earlier").press("Enter")
    names = path.attached().locator(".atts b")
    expect(names).to_have_text(["syn_guard", "flood_limit"])
    path.simulate()
    expect(path.results("Drops")).to_contain_text("syn_guard")
    page.get_by_role("button", name="Detach syn_guard").press("Enter")
    expect(names).to_have_text(["flood_limit"])


def test_a_program_that_is_taken_away_while_events_flow_stops_nothing_more(page: Page) -> None:
    path = Path(page).open(FLOOD)
    page.get_by_role("button", name="Replace flood_limit while events flow").click()
    replace = page.get_by_role("group", name="Replace while events flow")
    replace.get_by_label("at, ms").fill("2000")
    replace.get_by_label("by").select_option("nothing")
    expect(path.attached()).to_contain_text("at 2000.0 ms: detached")
    path.simulate("1,001 of 1,001 events")
    drops = path.results("Drops")
    expect(drops).to_contain_text("XDP_DROPXDPflood_limit line 37 if r1 > 9 goto drop362")
    expect(drops).to_contain_text("TCP_LISTEN_OVERFLOWsocket 386")  # the flood fills the listener's queue
    drops.get_by_role("button", name="TCP_LISTEN_OVERFLOW").click()
    expect(page.get_by_role("group", name="386 events")).to_be_visible()


def test_one_packet_made_by_hand_goes_its_way(page: Page) -> None:
    path = Path(page).open(FLOOD)
    page.get_by_role("tab", name="Your own").click()
    page.get_by_label("port").nth(1).fill("22")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(path.sentence()).to_contain_text("Packet 1, TCP 203.0.113.7:40016 → 192.0.2.1:22 SYN.")
    page.keyboard.press(".")
    expect(path.sentence()).to_contain_text("flood_limit answered XDP_PASS")
    page.reload()
    expect(path.sentence()).to_contain_text("192.0.2.1:22 SYN")


def test_a_call_made_by_hand_is_judged_and_goes_on_as_a_script(page: Page) -> None:
    path = Path(page).open("/path?example=secret_guard")
    page.get_by_role("tab", name="Your own").click()
    page.get_by_role("tab", name="Call or scheduler").click()
    page.get_by_role("textbox", name="path").fill("/etc/shadow")
    page.get_by_role("textbox", name="process").fill("bash")
    page.get_by_role("button", name="Send", exact=True).click()
    path.has_run("1 of 1 events")
    expect(path.sentence()).to_contain_text("bash[1000] openat(AT_FDCWD, /etc/shadow, 0, 0)")
    expect(path.sentence()).to_contain_text("LSM: secret_guard answered allow")
    page.get_by_role("button", name="As a script").click()
    expect(page.get_by_role("textbox", name="A small world")).to_have_value(
        '{\n "scenario": "Your own",\n "events": [\n  {\n   "syscall": "openat",\n   "process": "bash",\n   '
        '"args": [\n    "AT_FDCWD",\n    "/etc/shadow",\n    "O_RDONLY",\n    0\n   ]\n  }\n ]\n}'
    )


def test_packets_that_were_dropped_are_taken_home_and_sent_again(page: Page) -> None:
    path = Path(page).open(FLOOD)
    with page.expect_download() as download:
        page.get_by_role("link", name="dropped packets, as pcapng").click()
    page.get_by_role("tab", name="pcap").click()
    page.get_by_label("Choose a .pcap or .pcapng").set_input_files(download.value.path())
    path.has_run("743 of 743 events")
    expect(page.get_by_role("region", name="What became of it")).to_contain_text("dropped")


def test_a_program_of_the_workbench_is_attached_on_a_scenario_that_suits_it(page: Page) -> None:
    path = Path(page).open("/path?example=syn_guard")
    expect(path.attached().locator(".atts b")).to_have_text(["syn_guard"])
    expect(path.results("Score")).to_contain_text("attack (to be found)")
    path.results("Score").get_by_role("button", name="attack").click()
    expect(page.get_by_role("button", name="No longer only attack")).to_be_visible()
    expect(page.get_by_role("group", name="871 events")).to_be_visible()
