"""Puts the application together; nothing here is global."""

import json
from dataclasses import dataclass

from flask import Flask, url_for
from flask_socketio import SocketIO

from app.config import Settings
from app.db.store import Store
from app.paths import asset_root
from app.web import api, author, failures, lessons, metrics, native, pages, security, sockets
from app.web.wire import BearingJson
from app.workers.pool import Pool


@dataclass(frozen=True, slots=True)
class Services:
    """What handlers reach through ``current_app.extensions["hookscope"]``."""

    settings: Settings
    store: Store
    pool: Pool

    def close(self) -> None:
        """Ends the simulation processes and gives the database back."""
        self.pool.close()
        self.store.close()


def build(settings: Settings | None = None) -> Flask:
    """The application for these settings."""
    settings = settings or Settings()
    app = _flask(settings)
    pool = Pool(settings.workers, settings.worker_memory, settings.job_seconds)
    app.extensions["hookscope"] = Services(settings, Store(settings), pool)
    socketio = SocketIO(
        app,
        async_mode="threading",
        transports=["websocket"],
        async_handlers=False,
        max_http_buffer_size=settings.max_body,
        json=BearingJson,
    )
    _assets(app, settings)
    security.install(app)
    failures.install(app)
    app.register_blueprint(pages.blueprint)
    app.register_blueprint(api.blueprint)
    app.register_blueprint(metrics.blueprint)
    app.register_blueprint(native.blueprint)
    app.register_blueprint(lessons.blueprint)
    if settings.author is not None:
        app.register_blueprint(author.blueprint)
    sockets.install(socketio, app.extensions["hookscope"])
    return app


def _flask(settings: Settings) -> Flask:
    root = asset_root()
    app = Flask(
        "app",
        static_folder=str(root / "static/dist"),
        static_url_path="/static",
        template_folder=str(root / "templates"),
    )
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=settings.max_body,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
    )
    return app


def _assets(app: Flask, settings: Settings) -> None:
    """``asset('main.tsx')`` in a template gives the hashed file's address."""
    manifest_path = asset_root() / "static/dist/manifest.json"

    def asset(name: str) -> str:
        manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
        return url_for("static", filename=str(manifest[name]).removeprefix("dist/"))

    app.add_template_global(asset, "asset")
    app.add_template_global(lambda: settings.author is not None, "authoring")
