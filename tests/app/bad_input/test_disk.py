"""A disk that is full, and a home nobody may write to: said, never silent, and nothing saved is lost."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.config import Settings
from app.db.engine import in_memory
from app.db.store import Store
from app.schemas.trace import Inputs
from app.schemas.workspace import Place, SaveRequest
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


def test_a_read_only_home_serves_everything_and_says_that_nothing_lasts(tmp_path: Path) -> None:
    with (
        disk(tmp_path, ",ro") as place,
        serving(tmp_path, HOOKSCOPE_DATA=str(place / "data"), HOME=str(place)) as served,
    ):
        assert http(served, "/healthz").body == {"ok": True, "lasting": False}
        reply = save(served, "r0 = 1\nexit").body
        link = http(served, "/api/links", {"inputs": {"source": "exit"}, "place": {}}).body
        opened = http(served, f"/api/workspaces/{reply['id']}").body
        assert [answer["lasting"] for answer in (reply, link, opened)] == [False, False, False]
        assert kept(served, reply["id"]) == "r0 = 1\nexit"


def stored(place: Path, source: str) -> str:
    """Saves a text on the disk, as a server does that then ends; its id."""
    store = Store(Settings(data=place))
    key = store.save(None, SaveRequest(inputs=Inputs(source=source), place=Place())).id
    store.close()
    return key


def text_of(store: Store, key: str) -> str:
    found = store.workspace(key)
    return found.inputs.source if found is not None else ""


def test_what_was_saved_before_the_disk_was_full_can_be_read_after_a_restart(tmp_path: Path) -> None:
    with disk(tmp_path) as place:
        key = stored(place, "r0 = 1\nexit")
        fill(place / "ballast")
        store = Store(Settings(data=place))
        assert (text_of(store, key), store.lasting) == ("r0 = 1\nexit", False)
        store.close()


def test_what_lies_in_a_home_that_became_read_only_can_be_read(tmp_path: Path) -> None:
    with disk(tmp_path) as place:
        key = stored(place, "r0 = 1\nexit")
        subprocess.run(["mount", "-o", "remount,ro", str(place)], check=True)
        store = Store(Settings(data=place))
        assert (text_of(store, key), store.lasting) == ("r0 = 1\nexit", False)
        again = SaveRequest(inputs=Inputs(source="r0 = 2"), place=Place(), base=1)
        assert store.save(key, again).version == 2
        store.close()


def test_changes_that_only_the_log_holds_are_read_too(tmp_path: Path) -> None:
    with disk(tmp_path) as place:
        store = Store(Settings(data=place))
        key = store.save(None, SaveRequest(inputs=Inputs(source="r0 = 1"), place=Place())).id
        assert (place / "hookscope.sqlite3-wal").stat().st_size > 0
        copy = tmp_path / "copy"
        copy.mkdir()
        for part in ("hookscope.sqlite3", "hookscope.sqlite3-wal"):
            shutil.copy(place / part, copy)
        store.close()
        engine = in_memory(copy / "hookscope.sqlite3")
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT id FROM workspace").scalar() == key
        engine.dispose()
