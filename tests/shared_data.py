"""Where the large recorded data is, for the tests that want more than tests/data holds."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def shared(path: str) -> Path | None:
    """The file or folder `path` (relative) of the shared data, or None where this machine lacks it.

    The shared data is the folder named by HOOKSCOPE_SHARED, or else `../shared` beside the checkout. A test
    that gets None skips, saying which path it missed; what must hold everywhere is recorded into tests/data.
    """
    root = Path(os.environ.get("HOOKSCOPE_SHARED") or CHECKOUT.parent / "shared")
    found = root / path
    return found if found.exists() else None
