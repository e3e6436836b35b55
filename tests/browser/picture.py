"""Takes the picture in the README: packet 16 of the SYN burst, about to be dropped.

``.venv/bin/python -m tests.browser.picture`` writes docs/workbench.png.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from tests.browser.chromium import launch_options
from tests.browser.server import running_server

PICTURE = Path(__file__).parents[2] / "docs/workbench.png"


def main() -> None:
    """Writes docs/workbench.png."""
    with TemporaryDirectory() as folder, running_server(Path(folder)) as url, sync_playwright() as play:
        browser = play.chromium.launch(**launch_options())
        page = browser.new_page(viewport={"width": 1600, "height": 1000}, color_scheme="light")
        page.goto(f"{url}/")
        page.get_by_role("link", name="Stop a SYN flood").first.click()
        page.get_by_text("Packet 1 arrives").first.wait_for()
        page.goto(f"{page.url.split('#')[0]}#p=16&s=24")
        page.reload()
        page.get_by_text("Packet 16").first.wait_for()
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
