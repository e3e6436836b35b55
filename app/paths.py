"""Where static/, templates/ and lessons/ are, and where data may be kept."""

import os
import sys
from pathlib import Path


def asset_root() -> Path:
    """The folder of static/, templates/ and lessons/: beside app/ in a checkout, app/_assets in a wheel."""
    packaged = Path(__file__).parent / "_assets"
    return packaged if packaged.is_dir() else Path(__file__).parents[1]


def lessons_dir() -> Path:
    """The folder of the lessons: HOOKSCOPE_LESSONS, else those that come with Hookscope."""
    chosen = os.environ.get("HOOKSCOPE_LESSONS")
    return Path(chosen) if chosen else asset_root() / "lessons"


def data_dir() -> Path:
    """The folder for the database: HOOKSCOPE_DATA, instance/ in a checkout, else the user's data folder."""
    if chosen := os.environ.get("HOOKSCOPE_DATA"):
        return Path(chosen)
    if not (Path(__file__).parent / "_assets").is_dir():
        return asset_root() / "instance"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "Hookscope"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share")) / "hookscope"
