"""Programs at hooks without packets: written, attached and stepped over the events that come with a hook."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.workbench import Workbench

OPENS = """.hook tracepoint/syscalls/sys_enter_openat
    r6 = r1
    r1 = r10
    r1 += -64
    r2 = 64
    r3 = *(u64 *)(r6 + sys_enter_openat.filename)
    call bpf_probe_read_user_str
    r0 = 0
    exit
"""
CONNECTS = """.hook kprobe/tcp_v4_connect
    r3 = *(u64 *)(r1 + pt_regs.di)
    r3 += sock.__sk_common.skc_dport
    r1 = r10
    r1 += -8
    r2 = 2
    call bpf_probe_read_kernel
    r0 = *(u16 *)(r10 - 8)
    exit
"""
SECRETS = """.hook lsm/file_open
    r1 = *(u64 *)(r1 + 0)
    r0 = *(u32 *)(r1 + file.f_flags)
    r0 = -13
    exit
"""
ELSEWHERE = """.hook cgroup/connect4
    r2 = *(u32 *)(r1 + bpf_sock_addr.user_ip4)
    *(u32 *)(r1 + bpf_sock_addr.user_ip4) = 0x0100007f
    r0 = 0
    if r2 == 0x077100cb goto out
    r0 = 1
out:
    exit
"""


@pytest.mark.parametrize(
    ("text", "hook", "event", "verdict"),
    [
        (OPENS, "tracepoint/syscalls/sys_enter_openat", 'openat(-100, "/etc/passwd"', "ignored"),
        (CONNECTS, "kprobe/tcp_v4_connect", "tcp_v4_connect(192.0.2.1:40000", "ignored"),
        (SECRETS, "lsm/file_open", 'file_open("/etc/passwd")', "deny"),
        (ELSEWHERE, "cgroup/connect4", "connect 203.0.113.7 port 443", "deny"),
    ],
    ids=["tracepoint", "kprobe", "lsm", "cgroup"],
)
def test_a_program_is_stepped_over_a_sample_event(
    page: Page, text: str, hook: str, event: str, verdict: str
) -> None:
    workbench = Workbench(page).open_blank()
    pane = workbench.open_pane("Packets to send")
    workbench.write(text)
    pane.get_by_role("button", name=f"Attach to {hook}").click()
    events = pane.get_by_role("list", name="Events that happen")
    expect(events.get_by_role("listitem")).to_have_count(3)
    expect(events.get_by_role("listitem").first).to_contain_text(event)
    expect(events.get_by_role("listitem").first).to_contain_text(verdict)
    expect(page.get_by_role("region", name="Time")).to_contain_text("Event 1 of 3")
    workbench.button("Step").click()
    expect(page.locator("h1")).to_have_text(re.compile(r"step 1$"))
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("ended the program")


def test_the_next_event_is_the_next_packet(page: Page) -> None:
    workbench = Workbench(page).open_blank()
    pane = workbench.open_pane("Packets to send")
    workbench.write(SECRETS)
    pane.get_by_role("button", name="Attach to lsm/file_open").click()
    pane.get_by_role("list", name="Events that happen").get_by_role("button").nth(2).click()
    expect(page.get_by_role("region", name="Time")).to_contain_text("Event 3 of 3")
