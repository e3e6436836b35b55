"""A disk that is full, and a home nobody may write to: said, never silent, and nothing saved is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.app.over_http import http, kept, save
from tests.browser.server import serving

SIZE = 2 << 20


@contextmanager
def disk(folder: Path, options: str = "") -> Iterator[Path]:
    """A disk of 2 MiB of its own, mounted under ``folder``; skips where this process may not mount one."""
    place = folder / "disk"
    place.mkdir()
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root may mount a disk of its own")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}{options}", "tmpfs", str(place)]
    made = subprocess.run(mount, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        pytest.skip(f"no disk could be mounted: {made.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(file: Path) -> None:
    """Writes until not a byte more fits."""
    with file.open("wb", buffering=0) as out:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    out.write(b"\0" * size)
            except OSError:
                continue


def test_a_full_disk_is_said_and_saving_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with disk(tmp_path) as place, serving(tmp_path, HOOKSCOPE_DATA=str(place)) as served:
        key = save(served, "r0 = 1\nexit").body["id"]
        fill(place / "ballast")
        long = "r0 = 2\n" * 50_000
        refused = save(served, long, key, base=1)
        link = http(served, "/api/links", {"inputs": {"source": long}, "place": {}})
        assert (refused.status, refused.body["code"]) == (link.status, link.body["code"]) == (507, "storage")
        assert "your browser keeps your work" in refused.body["hint"]
        assert kept(served, key) == "r0 = 1\nexit"
        assert http(served, "/api/check", {"source": "r0 = 1\nexit"}).body["ok"] is True
        (place / "ballast").unlink()
        saved = save(served, long, key, base=1)
        assert (saved.status, saved.body["version"]) == (200, 2)
        assert kept(served, key) == long


def test_what_was_saved_before_the_disk_was_full_is_there_after_a_restart(tmp_path: Path) -> None:
    with disk(tmp_path) as place:
        with serving(tmp_path, HOOKSCOPE_DATA=str(place)) as served:
            key = save(served, "r0 = 1\nexit").body["id"]
        fill(place / "ballast")
        with serving(tmp_path, HOOKSCOPE_DATA=str(place)) as served:
            assert kept(served, key) == "r0 = 1\nexit"


def test_a_read_only_home_serves_everything_and_says_that_nothing_lasts(tmp_path: Path) -> None:
    with (
        disk(tmp_path, ",ro") as place,
        serving(tmp_path, HOOKSCOPE_DATA=str(place / "data"), HOME=str(place)) as served,
    ):
        assert http(served, "/healthz").body == {"ok": True, "lasting": False}
        key = save(served, "r0 = 1\nexit").body["id"]
        assert kept(served, key) == "r0 = 1\nexit"


def test_what_lies_in_a_home_that_became_read_only_can_still_be_read(tmp_path: Path) -> None:
    with disk(tmp_path) as place:
        with serving(tmp_path, HOOKSCOPE_DATA=str(place)) as served:
            key = save(served, "r0 = 1\nexit").body["id"]
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        with serving(tmp_path, HOOKSCOPE_DATA=str(place), HOME=str(place)) as served:
            assert http(served, "/healthz").body["lasting"] is False
            assert kept(served, key) == "r0 = 1\nexit"
