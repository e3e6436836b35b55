"""The way from a handler to the services of its application."""

from typing import TYPE_CHECKING, cast

from flask import current_app

if TYPE_CHECKING:
    from app.web.factory import Services


def services() -> "Services":
    """The services of the application that handles this request."""
    return cast("Services", current_app.extensions["hookscope"])
