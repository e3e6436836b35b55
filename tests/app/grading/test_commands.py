"""``hookscope lessons``: what it prints, writes and ends with; docs/authoring.md word for word."""

import csv
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.cli import main
from app.grading.new import FILES, template
from tests.shared_data import CHECKOUT

NAME = "d-41-no-telnet"
GUIDE = CHECKOUT / "docs/authoring.md"


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["lessons", *words])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A new lesson."""
    assert (
        run("new", NAME, "--in", str(tmp_path), "--title", 'No "telnet"', "--author", "Ada: L").exit_code == 0
    )
    return tmp_path / NAME


def test_a_new_lesson_is_right(folder: Path) -> None:
    found = run("check", str(folder))
    assert found.exit_code == 0, found.output
    assert f"✓ {NAME}: 5 answers, 3 checks, 2 hidden" in found.output


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("telnet", "is no id of a lesson"),
        ("../x-01-y", "is no id of a lesson"),
        ("z-01-x", "there is no track `z`"),
        (NAME, "is there already"),
    ],
)
def test_what_cannot_be_made_is_told(folder: Path, name: str, says: str) -> None:
    found = run("new", name, "--in", str(folder.parent))
    assert found.exit_code != 0
    assert says in found.output


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("solution.bpf", "!= 23", "!= 24", "solution.bpf: fails `drops`"),
        ("stub.bpf", template("stub.bpf"), template("solution.bpf"), "the stub passes"),
        (
            "wrong/03-no-bounds.bpf",
            "category: memory",
            "category: limits",
            "the verifier refuses it for memory",
        ),
        (
            "wrong/01-port-as-it-lies.bpf",
            "check: drops",
            "check: others-pass",
            "it does not fail `others-pass`",
        ),
        ("checks.yaml", "  hidden: true\n", "", "only a hidden check has `leak-free`"),
        ("checks.yaml", "verdicts: {1: PASS", "verdict: {1: PASS", "there is no field `verdict`"),
        ("lesson.md", "check=drops", "check=drop", "there is no check `drop`"),
    ],
)
def test_a_lesson_that_is_not_right_is_told(folder: Path, file: str, old: str, new: str, says: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    found = run("check", str(folder))
    assert found.exit_code == 1
    assert says in found.output


def test_submissions_are_graded(folder: Path, tmp_path: Path) -> None:
    submissions = tmp_path / "submissions"
    submissions.mkdir()
    texts = {
        "ada": template("solution.bpf").encode(),
        "bob": template("stub.bpf").encode(),
        "eve": b"\xff\xfe",
    }
    for name, text in texts.items():
        (submissions / f"{name}.bpf").write_bytes(text)
    (submissions / "=cmd.bpf").write_text("r0 = 1\nexit\n")
    (submissions / "link.bpf").symlink_to("/etc/passwd")
    table, whole = tmp_path / "grades.csv", tmp_path / "grades.json"
    found = run("grade", str(submissions), "--lesson", str(folder), "--csv", str(table), "--json", str(whole))
    assert found.exit_code == 1
    lines = table.read_text(encoding="utf-8").splitlines()
    rows = {row["learner"]: row for row in csv.DictReader(lines)}
    assert {name: row["points"] for name, row in rows.items()} == {
        "ada": "4",
        "bob": "1",
        "eve": "0",
        "'=cmd": "0",
    }
    assert rows["eve"]["gradable"] == "False"
    assert {one["learner"] for one in json.loads(whole.read_text(encoding="utf-8"))} == {
        "ada",
        "bob",
        "eve",
        "=cmd",
    }


@pytest.mark.parametrize(
    ("files", "status"),
    [({"ada": "solution.bpf"}, 0), ({"ada": "stub.bpf"}, 1), ({}, 2)],
)
def test_the_status_says_how_it_went(
    folder: Path, tmp_path: Path, files: dict[str, str], status: int
) -> None:
    submissions = tmp_path / "submissions"
    for learner, file in files.items():
        (submissions / learner).mkdir(parents=True)
        shutil.copy(folder / file, submissions / learner / f"{NAME}.bpf")
    submissions.mkdir(exist_ok=True)
    assert run("grade", str(submissions), "--lessons", str(folder.parent)).exit_code == status


def test_a_submission_for_no_lesson_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "s/ada").mkdir(parents=True)
    shutil.copy(folder / "stub.bpf", tmp_path / "s/ada/d-41-no-telnot.bpf")
    found = run("grade", str(tmp_path / "s"), "--lessons", str(folder.parent))
    assert found.exit_code == 2
    assert f"did you mean `{NAME}`?" in found.output


def test_every_file_of_the_template_is_made() -> None:
    inside = CHECKOUT / "app/grading/template"
    assert {str(path.relative_to(inside)) for path in inside.rglob("*") if path.is_file()} == set(FILES)


@pytest.mark.skipif(shutil.which("sed") is None, reason="the guide edits by sed")
def test_the_guide_word_for_word_makes_a_lesson_that_is_right(tmp_path: Path) -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    (tmp_path / "mine").mkdir()
    assert run("new", NAME, "--in", str(tmp_path / "mine"), "--title", "No telnet").exit_code == 0
    seds = re.findall(r"^    (sed .*)$", guide, re.MULTILINE)
    assert len(seds) == 2
    for line in seds:
        subprocess.run(["/bin/sh", "-c", line], cwd=tmp_path, check=True)
    folder = tmp_path / "mine" / NAME
    before = run("check", "--mutants", str(folder))
    assert before.exit_code == 0, before.output
    for line in re.findall(r"^      (passes: .*)$", guide, re.MULTILINE):
        assert line in before.output
    added = re.search(r"^    - id: just-long-enough\n(?:    .*\n)+", guide, re.MULTILINE)
    assert added is not None
    checks = folder / "checks.yaml"
    text = re.sub(r"^    ", "", added[0], flags=re.MULTILINE)
    checks.write_text(checks.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")
    after = run("check", "--mutants", str(folder))
    assert after.exit_code == 0, after.output
    assert "100.0 % of 63 mutants found" in after.output
