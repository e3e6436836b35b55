"""The workshop: for whoever started the server, at this computer, in one folder; archives within bounds."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings
from app.grading.new import new_lesson
from app.schemas.author import RecordRequest
from app.schemas.trace import Inputs
from app.workbench import lessons_files as files
from app.workbench.lessons_record import recorded
from vm.kernel.packet.form import from_form
from vm.source import HookscopeError

LESSON = "d-41-no-telnet"
SECRET = "not a lesson's\n"
SYN = from_form("tcp-syn").hex()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("course")
    new_lesson(folder, LESSON, "No telnet", "Ada")
    (folder.parent / "secret.md").write_text(SECRET)
    return folder


@pytest.fixture(scope="module")
def workshop(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOOKSCOPE_LESSONS", str(root))
        patch.setenv("HOOKSCOPE_AUTHOR", str(root))
        app = create_app(Settings(data=tmp_path_factory.mktemp("data"), workers=1))
        yield app
        app.extensions["hookscope"].close()


@pytest.fixture
def client(workshop: Flask) -> FlaskClient:
    return workshop.test_client()


def test_learners_cannot_reach_it(web: Flask) -> None:
    for address in ("/author", "/api/author", f"/api/author/{LESSON}", "/api/author/lessons.zip"):
        assert web.test_client().get(address).status_code == 404
    assert b'name="authoring"' not in web.test_client().get("/").data


@pytest.mark.parametrize(
    ("host", "address", "headers", "status"),
    [
        ("localhost", "127.0.0.1", {}, 200),
        ("127.0.0.1:8000", "127.0.0.1", {}, 200),
        ("[::1]:8000", "::1", {}, 200),
        ("localhost", "192.0.2.7", {}, 404),
        ("rebound.example", "127.0.0.1", {}, 404),
        ("rebound.example:8000", "127.0.0.1", {}, 404),
        ("localhost", "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("localhost", "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
    ],
)
def test_only_this_computer_reaches_it(
    client: FlaskClient, host: str, address: str, headers: Mapping[str, str], status: int
) -> None:
    environ = {"REMOTE_ADDR": address, "HTTP_HOST": host}
    assert client.get("/api/author", environ_overrides=environ, headers=headers).status_code == status


def test_other_sites_cannot_write(client: FlaskClient, root: Path) -> None:
    before = (root / LESSON / "design.md").read_text()
    address = f"/api/author/{LESSON}/files/design.md"
    assert (
        client.put(address, json={"text": "x"}, headers={"Origin": "https://evil.example"}).status_code == 403
    )
    assert (root / LESSON / "design.md").read_text() == before


@pytest.mark.parametrize(
    "name",
    ["../secret.md", "..%2fsecret.md", "link.md", "wrong/../../secret.md", "/etc/passwd", "run.py", "a b.md",
     ".hidden.md", "wrong/deep/er.bpf", "lesson"],
)  # fmt: skip
def test_there_is_no_way_to_other_files(client: FlaskClient, root: Path, name: str) -> None:
    link = root / LESSON / "link.md"
    link.symlink_to(root.parent / "secret.md")
    address = f"/api/author/{LESSON}/files/{name}"
    for answer in (client.get(address), client.put(address, json={"text": "x"}), client.delete(address)):
        assert answer.status_code in (404, 405, 422, 308)
        assert SECRET.encode() not in answer.data
    assert link.is_symlink()
    link.unlink()
    assert (root.parent / "secret.md").read_text() == SECRET


def test_a_mistake_is_told_with_its_place_as_it_is_saved(client: FlaskClient) -> None:
    address = f"/api/author/{LESSON}/files/hints.yaml"
    before = client.get(address).get_json()["text"]
    found = client.put(address, json={"text": before.replace("check:", "chek:")}).get_json()["problems"]
    assert found[0]["file"] == "hints.yaml"
    assert found[0]["diagnostic"]["span"]["line"] >= 1
    assert "check" in found[0]["diagnostic"]["hint"]
    mended = client.put(address, json={"text": before}).get_json()["problems"]
    assert mended == []


def test_every_answer_meets_every_check(client: FlaskClient) -> None:
    proof = client.post(f"/api/author/{LESSON}/proof").get_json()
    assert [row["kind"] for row in proof["answers"]] == ["stub", "solution", "wrong", "wrong", "wrong"]
    assert all(row["right"] for row in proof["answers"])
    assert proof["findings"] == []
    assert {cell["check"] for row in proof["answers"] for cell in row["cells"]} == set(proof["checks"])


def test_mutants_that_pass_are_told_with_their_text(client: FlaskClient) -> None:
    found = client.post(f"/api/author/{LESSON}/mutants").get_json()
    assert found["killed"] > 20
    assert all(one["after"] in one["source"] for one in found["survivors"])


def test_the_preview_is_what_learners_get(client: FlaskClient) -> None:
    draft = client.get(f"/api/author/{LESSON}/preview?seed=7").get_json()
    assert draft["blocks"] == client.get(f"/api/lessons/{LESSON}").get_json()["blocks"]


def test_a_reading_copy_stands_by_itself(client: FlaskClient) -> None:
    page = client.get(f"/api/author/{LESSON}/reading.html").text
    assert "No telnet" in page
    for absent in ("<script", 'src="', "same-as", "leak-free", 'href="/'):
        assert absent not in page


def test_packets_of_the_workbench_become_a_check(client: FlaskClient) -> None:
    saved = client.post(
        "/api/workspaces",
        json={"title": "t", "inputs": {"source": "exit", "packets": [SYN, SYN]}, "place": {}, "base": 0},
    ).get_json()
    wanted = {"workspace": saved["id"], "id": "recorded", "title": 'It is "dropped": yes', "hidden": False}
    answer = client.post(f"/api/author/{LESSON}/record", json=wanted).get_json()
    assert answer["problems"] == []
    proof = client.post(f"/api/author/{LESSON}/proof").get_json()
    assert "recorded" in proof["checks"]
    assert proof["answers"][1]["passed"]


@pytest.mark.parametrize(("packets", "code"), [((), "no-packets"), ((SYN,) * 101, "too-many")])
def test_what_cannot_be_recorded_is_said(packets: tuple[str, ...], code: str) -> None:
    wanted = RecordRequest(workspace="w", id="x", title="x")
    with pytest.raises(HookscopeError) as refused:
        recorded("", wanted, Inputs(source="", packets=packets))
    assert refused.value.diagnostic.code == code


def archive(members: Mapping[str, bytes], **attributes: Any) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in attributes.items():
                setattr(info, key, value)
            made.writestr(info, content)
    return target.getvalue()


def test_an_exported_course_comes_back_the_same(root: Path, tmp_path: Path) -> None:
    taken = files.unpacked(tmp_path, files.packed(root))
    assert taken == [LESSON]
    for path in (root / LESSON).rglob("*.*"):
        if path.is_file() and not path.is_symlink():
            assert (tmp_path / LESSON / path.relative_to(root / LESSON)).read_bytes() == path.read_bytes()
    with pytest.raises(HookscopeError) as refused:
        files.unpacked(tmp_path, files.packed(root))
    assert refused.value.diagnostic.code == "exists"


FINE = f"{LESSON}/lesson.md"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"no zip", "bad-zip"),
        (archive({}), "bad-zip"),
        (archive({"../lesson.md": b""}), "bad-zip"),
        (archive({f"{LESSON}/../../x.md": b""}), "bad-zip"),
        (archive({f"/{FINE}": b""}), "bad-zip"),
        (archive({f"{LESSON}//lesson.md": b""}), "bad-zip"),
        (archive({f"{LESSON}/run.py": b""}), "bad-zip"),
        (archive({f"{LESSON}/deep/lesson.md": b""}), "bad-zip"),
        (archive({"lesson.md": b""}), "bad-zip"),
        (archive({FINE: b"/etc/passwd"}, external_attr=0o120777 << 16), "bad-zip"),
        (archive({FINE: b"\0" * (2 << 20)}), "too-large"),
        (archive({f"{LESSON}/f{i}.md": b"\0" * (1 << 20) for i in range(20)}), "too-large"),
        (archive({f"{LESSON}/f{i}.md": b"" for i in range(201)}), "too-large"),
        (archive({f"d-{i % 90 + 10}-l{i}/lesson.md": b"" for i in range(101)}), "too-many"),
        (b"\0" * (files.MAX_ZIP + 1), "too-large"),
    ],
)  # fmt: skip
def test_a_hostile_archive_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(HookscopeError) as refused:
        files.unpacked(tmp_path, data)
    assert refused.value.diagnostic.code == code
    assert list(tmp_path.iterdir()) == []


def test_a_new_lesson_is_made_from_the_page(client: FlaskClient, root: Path) -> None:
    made = client.post("/api/author", json={"id": "d-42-more", "title": "More", "author": "Ada"}).get_json()
    assert made["problems"] == []
    again = client.post("/api/author", json={"id": "d-42-more", "title": "More", "author": "Ada"})
    assert again.status_code == 422
    for name in ("../x", "d-1-x", "D-10-x"):
        assert client.post("/api/author", json={"id": name, "title": "x", "author": "x"}).status_code == 422
    assert (root / "d-42-more/lesson.md").is_file()
