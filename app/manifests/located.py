"""What a schema says of a YAML document, told at the line and column it is about."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from app.manifests.events import Document, Path
from app.manifests.wordings import WORDINGS
from vm.source import Diagnostic, Span, did_you_mean

Model = TypeVar("Model", bound=BaseModel)


class PlacedError(ValueError):
    """What a schema finds wrong with a part of what it was given: ``path`` leads there from it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path


def validate(document: Document, model: type[Model]) -> tuple[Model | None, list[Diagnostic]]:
    """The document as ``model``, or all that keeps it from being one, in the order of the text."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        told = [_told(document, model, item) for item in _apart(error.errors(include_url=False))]
        first = {item.span: item for item in reversed(told)}  # of a union's members, one complaint is enough
        return None, sorted(first.values(), key=lambda item: item.span or Span(0, 0, 0))


def _apart(errors: list[Any]) -> list[Any]:
    """All but those that only say that, without its mistaken items, a list has too few."""
    return [
        error
        for error in errors
        if error["type"] != "too_short" or not any(_within(other["loc"], error["loc"]) for other in errors)
    ]


def _within(inner: tuple[str | int, ...], outer: tuple[str | int, ...]) -> bool:
    return len(inner) > len(outer) and inner[: len(outer)] == outer


def _told(document: Document, model: type[BaseModel], error: Any) -> Diagnostic:
    path = _path(document.data, error["loc"])
    name = next((step for step in reversed(path) if isinstance(step, str)), "document")
    match error["type"]:
        case "extra_forbidden":
            place = document.keys.get(path) or document.span(path)
            hint = did_you_mean(name, sorted(_known(model, path[:-1])))
            return Diagnostic("unknown-field", f"there is no field `{name[:60]}` here", place, hint)
        case "missing":
            return Diagnostic("missing-field", f"`{error['loc'][-1]}` is missing", document.span(path))
        case "value_error":
            cause = error["ctx"]["error"]
            message, _, hint = str(cause).partition("; ")
            place = _place(document, path, error["loc"], cause)
            return Diagnostic("bad-value", message, place, hint or None)
        case "string_pattern_mismatch":
            said = f"`{str(error['input'])[:60]}` cannot be the {name} of anything"
            hint = f"it must match {error['ctx']['pattern']}"
            return Diagnostic("bad-value", said, _place(document, path, error["loc"]), hint)
        case kind if kind in WORDINGS:
            message, hint = WORDINGS[kind](name[:60], error)
            return Diagnostic("bad-value", message, document.span(path), hint)
        case _:
            words = error["msg"][:1].lower() + error["msg"][1:]
            return Diagnostic("bad-value", f"`{name[:60]}`: {words}", document.span(path))


def _place(document: Document, path: Path, loc: tuple[str | int, ...], cause: object = None) -> Span:
    """Where a mistake about ``path`` stands: at a mapping's key where that is meant, or as ``cause`` says."""
    within = (*path, *cause.path) if isinstance(cause, PlacedError) else path
    about_key = loc[-1:] == ("[key]",)  # as pydantic writes it
    key = document.keys.get(within) if about_key or within[-2:-1] == ("labels",) else None
    return key or document.span(within)


def _path(data: Any, loc: tuple[str | int, ...]) -> Path:
    """The steps of ``loc`` that lead through ``data``, without pydantic's names for a union's members."""
    path: list[str | int] = []
    for step in loc:
        match data:
            case dict() if step in data:
                data = data[step]
            case list() if isinstance(step, int) and step < len(data):
                data = data[step]
            case _:
                continue
        path.append(step)
    return tuple(path)


def _known(model: type[BaseModel], path: Path) -> set[str]:
    """The fields there are at ``path``, by the schema's own JSON form."""
    schema = model.model_json_schema(by_alias=True)
    here = [schema]
    for step in path:
        here = [inner for found in here for inner in _inside(_resolved(found, schema), step, schema)]
    return {name for found in here for name in _resolved(found, schema).get("properties", {})}


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return node


def _inside(node: dict[str, Any], step: str | int, schema: dict[str, Any]) -> list[dict[str, Any]]:
    """What a schema's node says of its part ``step``, whichever of its alternatives holds."""
    choices = [_resolved(choice, schema) for choice in node.get("anyOf", [node])]
    if isinstance(step, int):
        found = [choice.get("items") for choice in choices]
    else:
        found = [choice.get("properties", {}).get(step) for choice in choices]
    parts = [part for part in found if part]
    return [choice for part in parts for choice in _resolved(part, schema).get("anyOf", [part])]
