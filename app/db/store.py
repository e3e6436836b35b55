"""Saving and finding workspaces and links; a full disk or a read-only one is said, never silent."""

import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.config import Settings
from app.db.engine import in_memory, lasting
from app.db.models import Link, ManifestsRow, ProgressRow, Revision, Workspace
from app.db.progress import merged
from app.schemas.lessons import LessonProgress, Progress
from app.schemas.metrics import Manifests, ManifestsDoc, ManifestsReply, ManifestsSave
from app.schemas.trace import Inputs
from app.schemas.workspace import Place, SaveReply, SaveRequest, WorkspaceDoc
from vm.source import HookscopeError

KEPT_REVISIONS = 200
MAX_LESSONS = 400
"""Lessons that are kept of one learner."""
_log = structlog.get_logger()


class Store:
    """The database behind the web edge. ``lasting`` is false when it could only be opened in memory."""

    def __init__(self, settings: Settings) -> None:
        self.lasting = True
        try:
            self.engine = lasting(settings)
        except (OSError, SQLAlchemyError) as error:
            if settings.database_url:
                raise
            _log.warning(
                "what is saved will not outlive this server", folder=str(settings.data), why=str(error)
            )
            self.lasting = False
            self.engine = in_memory(settings.file)
        self._writing = self.engine.execution_options(writing=True)

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    def workspace(self, key: str) -> WorkspaceDoc | None:
        """The latest save of a workspace."""
        with self._reading() as session:
            row = session.get(Workspace, key)
            return self._document(row) if row else None

    def workspaces(self) -> list[WorkspaceDoc]:
        """All workspaces, the latest saved first; at most 200."""
        with self._reading() as session:
            rows = session.scalars(select(Workspace).order_by(Workspace.saved_at.desc()).limit(200))
            return [self._document(row) for row in rows]

    def save(self, key: str | None, request: SaveRequest) -> SaveReply:
        """A new version. A save not based on the latest keeps that one as a revision and returns its text."""
        with self._saving() as session:
            reply = _save(session, key or secrets.token_urlsafe(9), request)
        return reply.model_copy(update={"lasting": self.lasting})

    def _document(self, row: Workspace) -> WorkspaceDoc:
        return WorkspaceDoc(
            id=row.id,
            title=row.title,
            inputs=Inputs.model_validate_json(row.inputs),
            place=Place.model_validate_json(row.place),
            version=row.version,
            saved_at=row.saved_at,
            lasting=self.lasting,
        )

    def manifests(self, key: str) -> ManifestsDoc | None:
        """The YAML of a workspace, empty before its first save; None where there is no such workspace."""
        with self._reading() as session:
            if session.get(Workspace, key) is None:
                return None
            row = session.get(ManifestsRow, key)
            if row is None:
                return ManifestsDoc(manifests=Manifests(), version=0)
            return ManifestsDoc(manifests=Manifests.model_validate_json(row.document), version=row.version)

    def save_manifests(self, key: str, request: ManifestsSave) -> ManifestsReply | None:
        """A new version; None where there is no such workspace. What it overwrites unseen comes back."""
        with self._saving() as session:
            if session.get(Workspace, key) is None:
                return None
            return _save_manifests(session, key, request)

    def progress(self, learner: str) -> Progress:
        """All that a learner has done."""
        with self._reading() as session:
            rows = session.scalars(select(ProgressRow).where(ProgressRow.learner == learner))
            return Progress(
                learner=learner, lessons=[LessonProgress.model_validate_json(row.document) for row in rows]
            )

    def save_progress(self, learner: str, done: LessonProgress) -> LessonProgress:
        """Keeps what was done together with what is known already; nothing reached is lost."""
        with self._saving() as session:
            row = session.get(ProgressRow, (learner, done.lesson), with_for_update=True)
            if row is None:
                row = ProgressRow(learner=learner, lesson=done.lesson, document="", saved_at="")
                _has_room(session, learner)
                session.add(row)
            elif row.document:
                done = merged(LessonProgress.model_validate_json(row.document), done)
            row.document = done.model_dump_json()
            row.saved_at = _now()
        return done

    def link(self, request: SaveRequest) -> str:
        """The id under which this snapshot can be opened for ever; equal snapshots share one."""
        document = request.model_dump_json()
        key = hashlib.sha256(document.encode()).hexdigest()[:20]
        with self._saving() as session:
            if session.get(Link, key) is None:
                session.add(Link(id=key, document=document, made_at=_now()))
        return key

    def linked(self, key: str) -> SaveRequest | None:
        """The snapshot a link names."""
        with self._reading() as session:
            row = session.get(Link, key)
            return SaveRequest.model_validate_json(row.document) if row else None

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        try:
            with Session(self.engine) as session:
                yield session
        except SQLAlchemyError as error:
            raise HookscopeError.of(
                "storage", "the server could not read what it has saved", "try again in a moment"
            ) from error

    @contextmanager
    def _saving(self) -> Iterator[Session]:
        try:
            with Session(self._writing) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise HookscopeError.of(
                "storage",
                "the server could not save this (its disk may be full or read-only)",
                "your browser keeps your work; it is saved here as soon as the server can",
            ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


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


def _save_manifests(session: Session, key: str, request: ManifestsSave) -> ManifestsReply:
    row = session.get(ManifestsRow, key, with_for_update=True)
    conflict = None
    if row is None:
        row = ManifestsRow(workspace_id=key, version=0)
        session.add(row)
    elif row.version != request.base:
        latest = Manifests.model_validate_json(row.document)
        conflict = latest if latest != request.manifests else None
    row.document = request.manifests.model_dump_json()
    row.version += 1
    row.saved_at = _now()
    return ManifestsReply(version=row.version, conflict=conflict)


def _has_room(session: Session, learner: str) -> None:
    count = session.scalar(
        select(func.count()).select_from(ProgressRow).where(ProgressRow.learner == learner)
    )
    if (count or 0) >= MAX_LESSONS:
        raise HookscopeError.of(
            "too-many", f"of one learner {MAX_LESSONS} lessons are kept", "your browser keeps the others"
        )
