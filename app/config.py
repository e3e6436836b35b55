"""Settings, from HOOKSCOPE_… in the environment."""

import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.paths import data_dir


def _secret() -> SecretStr:
    return SecretStr(secrets.token_urlsafe(32))


class Settings(BaseSettings):
    """What an installation may choose. Times in seconds, sizes in bytes."""

    model_config = SettingsConfigDict(env_prefix="HOOKSCOPE_")

    data: Path = Field(default_factory=data_dir)
    database_url: str | None = None
    """SQLAlchemy URL; None is SQLite in ``data``."""
    secret_key: SecretStr = Field(default_factory=_secret)
    workers: int = 2
    """Simulation processes."""
    worker_memory: int = 2 << 30
    job_seconds: float = 20.0
    """The longest any one question may take a simulation process."""
    max_body: int = 16 << 20
    max_sessions: int = 150
    """WebSockets at once; each holds a thread."""
    ask_kernel: bool = False
    """Whether somebody at this computer may have its kernel load and test-run programs."""

    author: Path | None = None
    """The folder of lessons that somebody at this computer may change on the page ``/author``."""

    def database(self) -> str:
        """The URL of the database."""
        return self.database_url or f"sqlite:///{self.file}"

    @property
    def file(self) -> Path:
        """Where SQLite keeps the database."""
        return self.data / "hookscope.sqlite3"
