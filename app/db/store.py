"""Saving and finding workspaces and links; a full disk or a read-only one is said, never silent."""

import hashlib
import secrets
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, delete, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from app.config import Settings
from app.db.models import Link, Revision, Workspace
from app.schemas.trace import Inputs
from app.schemas.workspace import Place, SaveReply, SaveRequest, WorkspaceDoc
from vm.source import HookscopeError

KEPT_REVISIONS = 200


class Store:
    """The database behind the web edge. ``lasting`` is false when it could only be opened in memory."""

    def __init__(self, settings: Settings) -> None:
        self.lasting = True
        try:
            settings.data.mkdir(parents=True, exist_ok=True)
            self.engine = _engine(settings.database())
            _migrate(self.engine)
        except (OSError, SQLAlchemyError):
            if settings.database_url:
                raise
            self.lasting = False
            self.engine = create_engine(
                "sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}
            )
            _migrate(self.engine)

    def workspace(self, key: str) -> WorkspaceDoc | None:
        """The latest save of a workspace."""
        with Session(self.engine) as session:
            row = session.get(Workspace, key)
            return _document(row) if row else None

    def workspaces(self) -> list[WorkspaceDoc]:
        """All workspaces, the latest saved first; at most 200."""
        with Session(self.engine) as session:
            rows = session.scalars(select(Workspace).order_by(Workspace.saved_at.desc()).limit(200))
            return [_document(row) for row in rows]

    def save(self, key: str | None, request: SaveRequest) -> SaveReply:
        """A new version. A save not based on the latest keeps that one as a revision and returns its text."""
        try:
            with Session(self.engine) as session, session.begin():
                return _save(session, key or secrets.token_urlsafe(9), request)
        except SQLAlchemyError as error:
            raise storage_failure() from error

    def link(self, request: SaveRequest) -> str:
        """The id under which this snapshot can be opened for ever; equal snapshots share one."""
        document = request.model_dump_json()
        key = hashlib.sha256(document.encode()).hexdigest()[:20]
        try:
            with Session(self.engine) as session, session.begin():
                if session.get(Link, key) is None:
                    session.add(Link(id=key, document=document, made_at=_now()))
        except SQLAlchemyError as error:
            raise storage_failure() from error
        return key

    def linked(self, key: str) -> SaveRequest | None:
        """The snapshot a link names."""
        with Session(self.engine) as session:
            row = session.get(Link, key)
            return SaveRequest.model_validate_json(row.document) if row else None


def storage_failure() -> HookscopeError:
    """What a learner is told when the disk is full or read-only."""
    return HookscopeError.of(
        "storage",
        "the server could not save this (its disk may be full or read-only)",
        "your browser keeps your work; it is saved here as soon as the server can",
    )


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def pragmas(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA foreign_keys=ON")
            cursor.execute("PRAGMA busy_timeout=5000")
            cursor.close()

    return engine


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _document(row: Workspace) -> WorkspaceDoc:
    return WorkspaceDoc(
        id=row.id,
        title=row.title,
        inputs=Inputs.model_validate_json(row.inputs),
        place=Place.model_validate_json(row.place),
        version=row.version,
        saved_at=row.saved_at,
    )


def _save(session: Session, key: str, request: SaveRequest) -> SaveReply:
    row = session.get(Workspace, key, with_for_update=True)
    conflict = None
    if row is None:
        row = Workspace(id=key, version=request.base)
        session.add(row)
    else:
        latest = Inputs.model_validate_json(row.inputs)
        if row.version != request.base and latest.source != request.inputs.source:
            conflict = latest.source
        if latest != request.inputs:
            _keep(session, row)
    row.title = request.title[:200]
    row.inputs = request.inputs.model_dump_json()
    row.place = request.place.model_dump_json()
    row.version += 1
    row.saved_at = _now()
    return SaveReply(id=key, version=row.version, saved_at=row.saved_at, conflict=conflict)


def _keep(session: Session, row: Workspace) -> None:
    session.add(
        Revision(
            workspace_id=row.id,
            version=row.version,
            title=row.title,
            inputs=row.inputs,
            place=row.place,
            saved_at=row.saved_at,
        )
    )
    session.execute(
        delete(Revision).where(
            Revision.workspace_id == row.id, Revision.version <= row.version - KEPT_REVISIONS
        )
    )
