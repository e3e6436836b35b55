"""The verbs of dev.py."""

import subprocess

import pytest

import dev
from dev_setup import DevError


def test_every_verb_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main("--help") == 0
    shown = capsys.readouterr().out
    for name, verb in dev.VERBS.items():
        assert verb.__doc__
        assert f"  {name:10}{verb.__doc__}" in shown


@pytest.mark.parametrize("words", [("no-such-verb",), ("check", "surplus")])
def test_a_wrong_command_shows_the_usage(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert dev.main(*words) == 2
    assert "usage: python3 dev.py VERB" in capsys.readouterr().out


def test_attempt_goes_past_a_failure_and_names_it() -> None:
    done: list[str] = []

    def fail() -> None:
        raise subprocess.CalledProcessError(1, "a tool")

    with pytest.raises(DevError, match="failed: second"):
        dev.attempt(
            {"first": lambda: done.append("first"), "second": fail, "third": lambda: done.append("third")}
        )
    assert done == ["first", "third"]
