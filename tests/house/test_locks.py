"""The lock files: whole, in step with one another, and free of host names, so that any mirror serves them."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from dev_setup import DEV_LOCK, ROOT, RUNTIME_LOCK

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(lock: Path) -> dict[str, str]:
    return dict(PIN.findall(lock.read_text()))


@pytest.mark.parametrize(
    "lock", [RUNTIME_LOCK, DEV_LOCK, ROOT / "package-lock.json"], ids=lambda lock: lock.name
)
def test_no_lock_names_a_registry(lock: Path) -> None:
    fetched_from = [
        line for line in lock.read_text().splitlines() if re.search(r"https?://|--index|resolved", line)
    ]
    assert [line for line in fetched_from if "opencollective.com" not in line] == []  # npm's note on funding


@pytest.mark.parametrize("lock", [RUNTIME_LOCK, DEV_LOCK], ids=lambda lock: lock.name)
def test_every_pin_has_a_hash(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z])", lock.read_text(), flags=re.MULTILINE)[1:]
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_tests_run_on_what_users_run_on() -> None:
    assert pins(RUNTIME_LOCK).items() <= pins(DEV_LOCK).items()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {re.split(r"[<>=;\[ ]", requirement)[0] for requirement in project["dependencies"]}
    assert wanted <= pins(RUNTIME_LOCK).keys()


def test_the_front_end_lock_is_that_of_package_json() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert lock["packages"][""]["devDependencies"] == package["devDependencies"]
