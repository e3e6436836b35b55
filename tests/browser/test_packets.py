"""Packets to send: captures, forms, hex, sets; changing the list, and taking it back."""

import struct
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.workbench import SYN_GUARD, Workbench

FRAME = bytes.fromhex("525400123456525400abcdef0800") + bytes(46)


def capture(folder: Path, count: int) -> Path:
    """A little-endian pcap of `count` short frames."""
    records = (struct.pack("<4I", 1, 1000 * i, len(FRAME), len(FRAME)) + FRAME for i in range(count))
    file = folder / "small.pcap"
    file.write_bytes(struct.pack("<I2HiI2I", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)[:24] + b"".join(records))
    return file


def packets(page: Page) -> Workbench:
    workbench = Workbench(page).open(SYN_GUARD)
    pane = workbench.open_pane("Packets to send")
    pane.get_by_role("button", name="Add packets").click()
    return workbench


def test_a_capture_is_read_and_run(page: Page, tmp_path: Path) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    pane.get_by_role("tab", name="Capture").click()
    pane.get_by_label("Capture file").set_input_files(capture(tmp_path, 3))
    expect(pane).to_contain_text("3 packets, the first:")
    pane.get_by_role("button", name="Send 3 packets").click()
    workbench.at(1, 0)
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 3")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("XDP_PASS")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 24")


def test_what_is_no_capture_is_refused_with_what_to_try(
    page: Page, tmp_path: Path, console_errors: list[str]
) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    (tmp_path / "garbage.bin").write_bytes(b"\x00garbage")
    pane.get_by_role("tab", name="Capture").click()
    pane.get_by_label("Capture file").set_input_files(tmp_path / "garbage.bin")
    expect(pane.get_by_role("alert")).to_contain_text("which no capture format does")
    expect(pane.get_by_role("alert")).to_contain_text("tcpdump -w")
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 24")
    console_errors.clear()  # the browser logs the refusal


def test_a_packet_made_by_form_is_sent_at_once(page: Page, console_errors: list[str]) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    port = pane.get_by_label("port").nth(1)
    port.fill("99999")
    expect(pane.get_by_role("alert")).to_contain_text("`tcp.dport` is 99999")
    expect(port).to_have_attribute("aria-invalid", "true")
    console_errors.clear()  # the browser logs the refusal
    port.fill("443")
    expect(pane).to_contain_text("203.0.113.7:40016 → 198.51.100.20:443 SYN")
    pane.get_by_role("button", name="Add and send").click()
    workbench.at(25, 0)
    expect(workbench.sentence()).to_contain_text("Packet 25 arrives")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("XDP_DROP")
    expect(pane.get_by_role("list", name="The packet's way")).to_contain_text("the packet ended here")


def test_hex_is_added_and_packets_are_edited_as_hex(page: Page) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    pane.get_by_role("tab", name="Hex").click()
    pane.get_by_role("textbox").fill("0000  45 00 00 3c\n0004  01 02")
    expect(pane).to_contain_text("6 bytes")
    pane.get_by_role("button", name="Add and send").click()
    workbench.at(25, 0)
    pane.get_by_role("button", name="Edit packet 25").click()
    text = pane.get_by_role("textbox")
    expect(text).to_have_value("45 00 00 3c 01 02")
    text.fill("ff")
    pane.get_by_role("button", name="Change packet 25").click()
    expect(workbench.pane("Packet").locator(".hex i[data-off]")).to_have_text(["ff"])
    expect(workbench.pane("Registers")).to_contain_text("too short for a frame")


def test_the_list_is_changed_by_keyboard_and_taken_back(page: Page) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    first = pane.get_by_role("list", name="Packets to send").get_by_role("button").first
    summary = first.inner_text().split("\n")[1]
    first.focus()
    page.keyboard.press("Alt+ArrowDown")
    workbench.at(2, 0)
    expect(page.locator(".pkl [data-index='1']")).to_contain_text(summary)
    page.keyboard.press("Delete")
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 23")
    page.keyboard.press("Escape")
    workbench.command("undo")
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 24")


def test_a_packet_of_65535_bytes_says_how_much_of_it_is_shown(page: Page) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    pane.get_by_role("tab", name="Hex").click()
    pane.get_by_role("textbox").fill("5254 0012 3456 5254 00ab cdef 0800 " + "00" * 65_521)
    pane.get_by_role("button", name="Add and send").click()
    shown = workbench.pane("Packet")
    expect(shown).to_contain_text("3,520 bytes, came with 65,535")
    expect(shown).to_contain_text("first 2,048 of 3,520 bytes")
    shown.get_by_role("button", name="Later bytes").click()
    expect(shown).to_contain_text("2,048–3,519 of 3,520 bytes")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("XDP_PASS")


def test_a_set_and_another_hook(page: Page) -> None:
    workbench = packets(page)
    pane = workbench.pane("Packets to send")
    pane.get_by_role("tab", name="Sets").click()
    pane.get_by_role("button", name="Send only Port scan").click()
    expect(page.get_by_role("region", name="Time")).to_contain_text("of 200")
    expect(workbench.button("Step")).to_be_enabled()
    pane.get_by_label("attached to").select_option("tc")
    expect(pane.get_by_role("button", name="Attach to xdp")).to_be_visible()
    pane.get_by_role("button", name="Attach to xdp").click()
    expect(pane.get_by_role("button", name="Attach to xdp")).to_have_count(0)
