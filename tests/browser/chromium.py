"""How tests and screenshots start Chromium."""

from typing import Any

from dev_setup import chromium

FLAGS = (
    "--no-sandbox",  # the sandbox refuses to start as root, which is what a container runs tests as
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_options() -> dict[str, Any]:
    """What to pass to Playwright's `chromium.launch`; LookupError, saying what to do, where there is none."""
    path = chromium()
    if path is None:
        raise LookupError("Chromium is not installed.\nTry: sudo apt-get install chromium")
    return {"executable_path": path, "headless": True, "args": list(FLAGS)}
