"""One place that turns errors into answers: JSON for questions, a page for pages."""

from flask import Flask, Response, jsonify, render_template, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from app.schemas.trace import Failure
from vm.source import HookscopeError

_STATUS = {"storage": 507, "worker-died": 503, "internal": 500, "not-found": 404, "budget-seconds": 503}
_SAID = {
    400: ("bad-request", "the request could not be read", None),
    403: ("forbidden", "another site's page may not do this", "open Hookscope itself and try again"),
    404: ("not-found", "there is nothing at this address", "check the link, or start from the home page"),
    405: ("bad-method", "this address does not take that kind of request", None),
    413: ("too-large", "this is larger than the server takes", "captures may have 16 MB"),
}


DEFECT = Failure(
    code="internal", message="the server failed on this", hint="your text is safe; please report what you did"
)
"""What is said where we are wrong, not the learner."""


def of_error(error: HookscopeError) -> Failure:
    """The failure a learner's client is given for an error."""
    diagnostic = error.diagnostic
    span = diagnostic.span
    return Failure(
        code=diagnostic.code,
        message=diagnostic.message,
        hint=diagnostic.hint,
        span=[span.line, span.start, span.end] if span else None,
    )


def status_of(failure: Failure) -> int:
    """The status of an answer that is a refusal."""
    return _STATUS.get(failure.code, 422)


def of_invalid(error: ValidationError) -> Failure:
    """The failure for a message that is not of its schema: which key, and what about it."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the message"
    if first["type"] == "string_too_long":
        limit = first["ctx"]["max_length"]
        return Failure(code="too-long", message=f"{where}: at most {limit:,} characters are taken")
    what = first["msg"].removeprefix("Value error, ")
    return Failure(code="bad-message", message=f"{where}: {what}")


def install(app: Flask) -> None:
    """Registers the handlers."""

    @app.errorhandler(HookscopeError)
    def said(error: HookscopeError) -> tuple[Response, int]:
        failure = of_error(error)
        return jsonify(failure.model_dump()), status_of(failure)

    @app.errorhandler(ValidationError)
    def invalid(error: ValidationError) -> tuple[Response, int]:
        return jsonify(of_invalid(error).model_dump()), 422

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[Response | str, int]:
        status = error.code or 500
        code, message, hint = _SAID.get(status, ("error", error.name, None))
        if request.path.startswith("/api/"):
            return jsonify(Failure(code=code, message=message, hint=hint).model_dump()), status
        return render_template("error.html", status=status, message=message, hint=hint), status
