"""Opening the database: on disk where that can be written, else in memory with what lies on the disk."""

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from app.config import Settings


def lasting(settings: Settings) -> Engine:
    """The database on disk; raises OSError or SQLAlchemyError where it cannot be written."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return _migrated(_tuned(create_engine(settings.database())))


def in_memory(file: Path) -> Engine:
    """A database with what ``file`` holds, gone with this process: one connection, which threads wait for."""
    shared = {"check_same_thread": False}
    engine = _tuned(
        create_engine("sqlite://", poolclass=QueuePool, pool_size=1, max_overflow=0, connect_args=shared)
    )
    with suppress(OSError, sqlite3.Error, SQLAlchemyError):
        _copy(file, engine)
    return _migrated(engine)


def _copy(file: Path, engine: Engine) -> None:
    """Reads a database that cannot be opened where it lies, and the log of its last changes, from a copy."""
    with TemporaryDirectory() as folder:
        for part in (file, file.with_name(f"{file.name}-wal")):
            if part.is_file():
                shutil.copy(part, folder)
        connection = engine.raw_connection()
        with closing(connection), closing(sqlite3.connect(Path(folder, file.name))) as copy:
            copy.backup(connection.driver_connection)  # type: ignore[arg-type]


def _tuned(engine: Engine) -> Engine:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune)
        event.listen(engine, "begin", _begin)
    return engine


def _migrated(engine: Engine) -> Engine:
    """The engine with all tables; raises SQLAlchemyError, and lets go of it, where they cannot be made."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.execution_options(writing=True).begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except SQLAlchemyError:
        engine.dispose()
        raise
    return engine


def _tune(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    """A save reads before it writes: it takes its turn before it reads, so that no other comes between."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
