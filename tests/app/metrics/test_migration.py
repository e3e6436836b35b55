"""A database from before there were rules keeps its workspaces, and can hold rules from then on."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine

import app.db
from app.config import Settings
from app.db.store import Store
from app.schemas.metrics import Manifests, ManifestsSave


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    config = Config()
    config.set_main_option("script_location", str(Path(str(app.db.__file__)).parent / "migrations"))
    engine = create_engine(settings.database())
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO workspace VALUES ('old', 'kept', '{\"source\": \"exit\"}', '{}', 3, '2026-01-01')"
        )
    engine.dispose()
    store = Store(settings)
    found = store.workspace("old")
    assert found is not None
    assert found.title == "kept"
    assert store.save_manifests("old", ManifestsSave(manifests=Manifests(rules="a"))) is not None
    kept = store.manifests("old")
    assert kept is not None
    assert kept.manifests.rules == "a"
    store.close()
