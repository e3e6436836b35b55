"""Lessons over HTTP: the course, one lesson, the glossary, and what a learner has done."""

from flask import Blueprint, Response, request

from app.schemas.lessons import LessonProgress
from app.web.services import services
from vm.source import HookscopeError

blueprint = Blueprint("lessons", __name__, url_prefix="/api")
_LEARNER_LENGTHS = range(16, 65)


@blueprint.get("/lessons")
def course() -> Response:
    """All tracks and lessons."""
    return _json(services().pool.run("lessons.course"))


@blueprint.get("/lessons/<name>")
def lesson(name: str) -> Response:
    """One lesson, as its learners may know it."""
    return _json(services().pool.run("lessons.doc", name))


@blueprint.get("/concepts")
def concepts() -> Response:
    """The glossary."""
    return _json(services().pool.run("lessons.concepts"))


@blueprint.get("/progress/<learner>")
def progress(learner: str) -> Response:
    """All that a learner has done, for whoever knows the learner's name."""
    return _json(services().store.progress(_learner(learner)).model_dump_json())


@blueprint.put("/progress/<learner>/<name>")
def save_progress(learner: str, name: str) -> Response:
    """Keeps what was done in a lesson; answers with all that is known of it then."""
    done = LessonProgress.model_validate_json(request.data)
    if done.lesson != name:
        raise HookscopeError.of("bad-message", "this is the progress of another lesson", "reload the page")
    return _json(services().store.save_progress(_learner(learner), done).model_dump_json())


def _learner(name: str) -> str:
    if len(name) not in _LEARNER_LENGTHS or not name.replace("-", "").replace("_", "").isalnum():
        raise HookscopeError.of("not-found", "there is no such learner here", "open a lesson to become one")
    return name


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")
