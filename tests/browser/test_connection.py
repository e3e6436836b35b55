"""A connection that drops: what has arrived can still be looked at, and it goes on at the same step."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.server import free_port, running_server, serving
from tests.browser.workbench import Workbench


def test_a_dropped_socket_resumes_at_the_same_step(page: Page, console_errors: list[str]) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    workbench = Workbench(page).open("/workbench?example=endless#p=1&s=5000")
    workbench.at(1, 5000)
    expect(workbench.register("r0")).to_contain_text("2500")
    page.wait_for_load_state("networkidle")  # the palette's code is fetched once the page has come to rest
    page.context.set_offline(True)
    expect(page.get_by_text("Server lost.")).to_be_visible()
    page.keyboard.press(",")
    workbench.at(1, 4999)
    workbench.command("step 90000")  # not here yet: the last state that is known stays, and comes when it can
    workbench.at(1, 90_000)
    page.context.set_offline(False)
    expect(page.get_by_text("Server lost.")).to_have_count(0)
    workbench.at(1, 90_000)
    expect(workbench.register("r0")).to_contain_text("45000")
    console_errors.clear()  # the browser reports the connection it lost


def test_a_program_typed_offline_runs_once_the_server_is_back(page: Page, console_errors: list[str]) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    workbench = Workbench(page).open()
    page.context.set_offline(True)
    expect(page.get_by_text("Server lost.")).to_be_visible()
    workbench.write("r0 = XDP_TX\nexit\n")
    expect(page.locator(".saved")).to_contain_text("Offline")
    page.context.set_offline(False)
    expect(page.get_by_text("Server lost.")).to_have_count(0)
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+End")
    expect(workbench.sentence()).to_contain_text("XDP_TX")
    expect(page.locator(".saved")).to_contain_text("Saved")
    console_errors.clear()  # the browser reports the connection it lost


def test_a_page_outlives_its_server_and_its_work_is_there_after_the_restart(
    page: Page, console_errors: list[str], tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    port = free_port()
    with running_server(tmp_path, port) as url:
        workbench = Workbench(page).open(f"{url}/workbench?example=endless#p=1&s=5000")
        workbench.editor().click()
        page.keyboard.press("Control+Home")
        page.keyboard.insert_text("; mine\n")
        expect(page.locator(".saved")).to_have_text("Saved")
        page.keyboard.press("Escape")
    expect(page.get_by_text("Server lost.")).to_be_visible()
    with running_server(tmp_path, port):
        expect(page.get_by_text("Server lost.")).to_have_count(0)
        workbench.at(1, 5000)
        workbench.command("step 90000")  # the new server does not know the run: it runs it again
        workbench.at(1, 90_000)
        expect(workbench.register("r0")).to_contain_text("45000")
        page.reload()
        workbench.at(1, 90_000)
        expect(workbench.editor()).to_contain_text("; mine")
        expect(workbench.register("r0")).to_contain_text("45000")
    console_errors.clear()  # the browser reports the connection it lost


def test_on_a_narrow_screen_it_is_said_that_the_server_is_lost(page: Page, console_errors: list[str]) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    Workbench(page).open()
    page.context.set_offline(True)
    expect(page.get_by_text("Server lost.")).to_be_in_viewport()
    page.get_by_role("button", name="Server lost.").click()  # "Try now": in vain, and it goes on saying so
    expect(page.get_by_text("Server lost.")).to_be_in_viewport()
    page.context.set_offline(False)
    expect(page.get_by_text("Server lost.")).to_have_count(0)
    console_errors.clear()  # the browser reports the connection it lost


def test_a_server_that_cannot_write_its_disk_is_never_said_to_have_saved(page: Page, tmp_path: Path) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    (tmp_path / "file").write_text("no folder can be made in a file")
    with serving(tmp_path, HOOKSCOPE_DATA=str(tmp_path / "file" / "data")) as served:
        workbench = Workbench(page).open(f"{served.url}/workbench?example=endless")
        workbench.write("r0 = XDP_TX\nexit\n")
        page.keyboard.press("Escape")
        expect(page.locator(".saved")).to_have_text("Kept here only")
        status = page.locator(".status")
        expect(status).to_contain_text(
            "Kept in this browser only. The server's disk cannot be written: the server forgets this program"
        )
        page.reload()
        expect(workbench.editor()).to_contain_text("XDP_TX")
        expect(page.locator(".saved")).to_have_text("Kept here only")
        page.set_viewport_size({"width": 390, "height": 844})
        expect(status).to_contain_text("Kept in this browser only.")
        expect(status).to_be_in_viewport()


def test_a_save_the_server_refuses_is_said_and_tried_again(page: Page, console_errors: list[str]) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    full = {
        "code": "storage",
        "message": "the server could not save this (its disk may be full or read-only)",
    }
    page.route("**/api/workspaces*", lambda route: route.fulfill(status=507, json=full))
    workbench = Workbench(page).open()
    workbench.write("r0 = XDP_TX\nexit\n")
    expect(page.locator(".saved")).to_have_text("Kept here only")
    expect(page.locator(".status")).to_contain_text("disk may be full or read-only). It is tried again")
    page.reload()
    expect(workbench.editor()).to_contain_text("XDP_TX")
    expect(page.locator(".saved")).to_have_text("Kept here only")
    page.unroute("**/api/workspaces*")
    page.locator(".saved").click()
    expect(page.locator(".saved")).to_have_text("Saved")
    expect(page.locator(".status")).not_to_contain_text("Kept in this browser")
    console_errors.clear()  # the browser reports each refused request


def test_work_that_nobody_could_keep_is_said_to_be_at_risk(page: Page, console_errors: list[str]) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    page.add_init_script("Storage.prototype.setItem = () => { throw new DOMException('full') }")
    page.route("**/api/workspaces*", lambda route: route.abort())
    workbench = Workbench(page).open()
    workbench.write("r0 = XDP_TX\nexit\n")
    expect(page.locator(".saved")).to_have_text("Not kept")
    expect(page.locator(".status")).to_contain_text("Copy the text before you close this page.")
    console_errors.clear()  # the browser reports each failed request
