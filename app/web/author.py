"""The workshop over HTTP: only where the server was started for an author, and only from this computer."""

import ipaddress
from pathlib import Path

from flask import Blueprint, Response, abort, jsonify, render_template, request

from app.grading.new import new_lesson
from app.schemas.author import FileText, NewLesson, RecordRequest
from app.schemas.base import Message
from app.web.services import services
from app.workbench import lessons_files as files
from app.workbench.lessons_record import recorded
from vm.source import HookscopeError

blueprint = Blueprint("author", __name__)
LONG = 180.0
"""Seconds that proving a lesson may take."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP")


@blueprint.before_request
def _only_here() -> None:
    """Learners, other computers, and names that were made to lead here find nothing."""
    near = _loopback(request.remote_addr or "") and _named_here(request.host)
    if services().settings.author is None or not near or any(name in request.headers for name in _FORWARDED):
        abort(404)


def _loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _named_here(host: str) -> bool:
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return name == "localhost" or _loopback(name.strip("[]"))


def _root() -> Path:
    return Path(services().settings.author or abort(404))


@blueprint.get("/author")
@blueprint.get("/author/<name>")
def page(name: str = "") -> str:
    """The workshop; the browser loads the lesson itself."""
    if name and not name.replace("-", "").isalnum():
        abort(404)
    return render_template("author.html")


@blueprint.get("/api/author")
def folder() -> Response:
    """All lessons of the folder."""
    return _json(files.folder_view(_root()))


@blueprint.post("/api/author")
def new() -> Response:
    """Begins a lesson."""
    wanted = NewLesson.model_validate_json(request.data)
    return _json(files.lesson_view(new_lesson(_root(), wanted.id, wanted.title, wanted.author)))


@blueprint.get("/api/author/<lesson>")
def lesson(lesson: str) -> Response:
    """The files of a lesson, and what is wrong with them."""
    return _json(files.lesson_view(files.lesson_path(_root(), lesson)))


@blueprint.get("/api/author/<lesson>/files/<path:name>")
def text(lesson: str, name: str) -> Response:
    """The text of a file."""
    return _json(FileText(text=files.read_text(_root(), lesson, name)))


@blueprint.put("/api/author/<lesson>/files/<path:name>")
def save(lesson: str, name: str) -> Response:
    """Writes a file; answers with what is wrong with the lesson now."""
    files.write_text(_root(), lesson, name, FileText.model_validate_json(request.data).text)
    return _json(files.lesson_view(files.lesson_path(_root(), lesson)))


@blueprint.delete("/api/author/<lesson>/files/<path:name>")
def remove(lesson: str, name: str) -> Response:
    """Removes a file."""
    files.remove(_root(), lesson, name)
    return _json(files.lesson_view(files.lesson_path(_root(), lesson)))


@blueprint.get("/api/author/<lesson>/preview")
def preview(lesson: str) -> Response:
    """The lesson as learners get it."""
    seed = request.args.get("seed", 1, int)
    return _text(services().pool.run("author.preview", str(_root()), lesson, seed))


@blueprint.post("/api/author/<lesson>/proof")
def proof(lesson: str) -> Response:
    """Stub, solution and wrong answers against all checks."""
    return _text(services().pool.run("author.prove", str(_root()), lesson, long=True, seconds=LONG))


@blueprint.post("/api/author/<lesson>/mutants")
def mutants(lesson: str) -> Response:
    """Small mistakes that the checks let through."""
    return _text(services().pool.run("author.mutate", str(_root()), lesson, long=True, seconds=LONG))


@blueprint.post("/api/author/<lesson>/record")
def record(lesson: str) -> Response:
    """Adds a check of the packets of a saved workbench."""
    wanted = RecordRequest.model_validate_json(request.data)
    found = services().store.workspace(wanted.workspace)
    if found is None:
        raise HookscopeError.of(
            "not-found", "there is no such program in the workbench", "save it there first"
        )
    before = files.read_text(_root(), lesson, "checks.yaml")
    files.write_text(_root(), lesson, "checks.yaml", recorded(before, wanted, found.inputs))
    return _json(files.lesson_view(files.lesson_path(_root(), lesson)))


@blueprint.get("/api/author/lessons.zip")
@blueprint.get("/api/author/<lesson>/lesson.zip", endpoint="packed_one")
def packed(lesson: str | None = None) -> Response:
    """A lesson, or all, as an archive."""
    return _file(files.packed(_root(), lesson), "application/zip", f"{lesson or 'lessons'}.zip")


@blueprint.post("/api/author/import")
def unpacked() -> Response:
    """Takes the lessons of an archive."""
    return jsonify(taken=files.unpacked(_root(), request.get_data()))


@blueprint.get("/api/author/reading.html")
@blueprint.get("/api/author/<lesson>/reading.html", endpoint="reading_one")
def reading(lesson: str = "") -> Response:
    """A static copy to be read or printed."""
    copy = services().pool.run("author.reading", str(_root()), lesson)
    return _file(copy.encode(), "text/html; charset=utf-8", f"{lesson or 'lessons'}.html")


def _file(data: bytes, kind: str, name: str) -> Response:
    response = Response(data, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _json(message: Message) -> Response:
    return _text(message.model_dump_json())


def _text(text: str) -> Response:
    return Response(text, mimetype="application/json")
