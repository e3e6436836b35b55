"""One application for all tests of the web edge, with its own data folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.config import Settings


@pytest.fixture(scope="session")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("data")
    app = create_app(Settings(data=folder, workers=1))
    yield app
    app.extensions["hookscope"].close()


@pytest.fixture
def client(web: Flask) -> FlaskClient:
    return web.test_client()
