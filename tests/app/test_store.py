"""Saving never loses what was typed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.config import Settings
from app.db.store import Store
from app.schemas.trace import Inputs
from app.schemas.workspace import Place, SaveRequest
from vm.source import HookscopeError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(Settings(data=tmp_path))
    yield made
    made.close()


def request(source: str, base: int = 0) -> SaveRequest:
    return SaveRequest(title="t", inputs=Inputs(source=source), place=Place(step=3), base=base)


def test_a_save_comes_back_as_it_was(store: Store) -> None:
    reply = store.save(None, request("r0 = 0"))
    found = store.workspace(reply.id)
    assert found is not None
    assert (found.inputs.source, found.place.step, found.version) == ("r0 = 0", 3, 1)


def test_versions_count_up(store: Store) -> None:
    first = store.save(None, request("a"))
    second = store.save(first.id, request("b", base=first.version))
    assert (second.version, second.conflict) == (2, None)


def test_two_tabs_conflict_and_both_texts_are_kept(store: Store) -> None:
    first = store.save(None, request("start"))
    store.save(first.id, request("tab one", base=first.version))
    late = store.save(first.id, request("tab two", base=first.version))
    assert late.conflict == "tab one"
    found = store.workspace(first.id)
    assert found is not None
    assert found.inputs.source == "tab two"


def test_the_same_text_in_two_tabs_is_no_conflict(store: Store) -> None:
    first = store.save(None, request("same"))
    store.save(first.id, request("same", base=first.version))
    assert store.save(first.id, request("same", base=first.version)).conflict is None


def test_an_unknown_workspace_is_none(store: Store) -> None:
    assert store.workspace("nothing") is None


def test_equal_snapshots_share_a_link(store: Store) -> None:
    one, two = store.link(request("x")), store.link(request("x"))
    assert one == two
    found = store.linked(one)
    assert found is not None
    assert found.inputs.source == "x"


def test_a_place_that_cannot_be_written_is_said_and_nothing_fails(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    store = Store(Settings(data=blocked / "data"))
    assert store.lasting is False
    assert store.save(None, request("kept for now")).version == 1
    store.close()


def test_threads_share_a_database_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = Store(Settings(data=tmp_path / "file/data"))
    key = store.save(None, request("start")).id
    with ThreadPoolExecutor(8) as tabs:
        saved = tabs.map(lambda n: store.save(key, request(f"text {n}", base=n)).version, range(40))
    assert sorted(saved) == list(range(2, 42))
    store.close()


def test_a_database_that_cannot_be_read_says_so(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE workspace")
    with pytest.raises(HookscopeError) as caught:
        store.workspaces()
    assert caught.value.diagnostic.code == "storage"


def test_a_full_disk_is_a_clear_error(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    def full(*_: object, **__: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr("app.db.store._save", full)
    with pytest.raises(HookscopeError) as caught:
        store.save(None, request("x"))
    assert caught.value.diagnostic.code == "storage"
    assert "browser keeps" in (caught.value.diagnostic.hint or "")
