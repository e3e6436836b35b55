"""The accessibility checker axe-core, run in a page."""

from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).resolve().parents[2] / "node_modules/axe-core/axe.min.js"


def axe(page: Page) -> None:
    """Assert that axe finds nothing wrong with `page` as it stands; a failure names each rule and element."""
    page.evaluate(SCRIPT.read_text("utf-8"))  # the page's Content-Security-Policy would refuse a script tag
    violations = page.evaluate("axe.run().then((result) => result.violations)")
    found = [
        f"{rule['id']} ({rule['help']}): {node['html']}" for rule in violations for node in rule["nodes"]
    ]
    assert not found, "\n".join(["axe found:", *found])
