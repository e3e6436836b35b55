"""The steps of dev_setup.py: done once, done again when their inputs change, never half-remembered."""

import shutil
from pathlib import Path

import pytest

import dev_setup
from dev_setup import DevError, once, pinned


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dev_setup, "ROOT", tmp_path)
    return tmp_path


def needs_doing(stamp: Path, *inputs: Path) -> bool:
    with once(stamp, *inputs) as stale:
        return stale


def test_a_step_is_done_once(checkout: Path) -> None:
    stamp, source = checkout / "made/.stamp", checkout / "source"
    source.write_text("one")
    assert needs_doing(stamp, source)
    assert not needs_doing(stamp, source)


@pytest.mark.parametrize("change", ["content", "name", "removal"])
def test_a_step_is_done_again_when_an_input_changes(checkout: Path, change: str) -> None:
    stamp, source, other = checkout / ".stamp", checkout / "source", checkout / "other"
    source.write_text("one")
    needs_doing(stamp, source)
    match change:
        case "content":
            source.write_text("two")
            assert needs_doing(stamp, source)
        case "name":
            source.rename(other)
            assert needs_doing(stamp, other)
        case _:
            source.unlink()
            assert needs_doing(stamp, source)


def test_a_step_that_fails_is_not_remembered(checkout: Path) -> None:
    stamp = checkout / ".stamp"
    with pytest.raises(DevError), once(stamp):
        raise DevError("no network")
    assert needs_doing(stamp)


def test_pinned_takes_one_package_with_its_hashes(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text(
        "uvicorn==1.0 \\\n    --hash=sha256:aa\n    # via nothing\n"
        "uv==2.0 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n    # via hookscope\n"
    )
    assert pinned("uv", lock) == "uv==2.0 \\\n    --hash=sha256:bb \\\n    --hash=sha256:cc\n"


def test_pinned_says_what_a_lock_lacks(tmp_path: Path) -> None:
    lock = tmp_path / "some.lock"
    lock.write_text("click==8.0 \\\n    --hash=sha256:aa\n")
    with pytest.raises(DevError, match=r"some\.lock does not pin uv"):
        pinned("uv", lock)


def test_chromium_may_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/somewhere/chromium")
    assert dev_setup.chromium() == "/somewhere/chromium"


def test_missing_chromium_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(DevError, match="sudo apt-get install chromium"):
        dev_setup.test_tools()
