"""The web edge of Hookscope: pages, questions over HTTP, traces over Socket.IO, the command line."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The Flask application with its Socket.IO server in ``extensions["socketio"]``."""
    from app.web.factory import build

    return build(settings)
