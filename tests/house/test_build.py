"""static/build.mjs, on a front end of three lines."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from dev_setup import BIN, ROOT


@pytest.fixture
def static(tmp_path: Path) -> Path:
    static = tmp_path / "static"
    (static / "src").mkdir(parents=True)
    shutil.copy(ROOT / "static/build.mjs", static)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    (static / "src/main.tsx").write_text('import "./main.css";\ndocument.title = "one";\n')
    (static / "src/main.css").write_text("body { margin: 0 }\n")
    return static


def build(static: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "node", static / "build.mjs"], capture_output=True, text=True, check=False, cwd=static
    )


def manifest(static: Path) -> dict[str, str]:
    loaded: dict[str, str] = json.loads((static / "dist/manifest.json").read_text())
    return loaded


def test_the_manifest_names_every_entry(static: Path) -> None:
    assert build(static).returncode == 0
    assert manifest(static).keys() == {"main.tsx", "main.css"}
    assert 'document.title="one"' in (static / manifest(static)["main.tsx"]).read_text()
    assert "margin:0" in (static / manifest(static)["main.css"]).read_text()


def test_what_is_imported_on_demand_is_a_chunk_and_no_entry(static: Path) -> None:
    (static / "src/main.tsx").write_text('document.onclick = () => import("./later.ts");\n')
    (static / "src/later.ts").write_text('console.log("later");\n')
    assert build(static).returncode == 0
    assert manifest(static).keys() == {"main.tsx"}
    assert 'console.log("later")' not in (static / manifest(static)["main.tsx"]).read_text()
    assert any('console.log("later")' in chunk.read_text() for chunk in (static / "dist").rglob("*.js"))


def test_a_change_changes_the_name_and_removes_the_old_file(static: Path) -> None:
    build(static)
    before = manifest(static)
    (static / "src/main.tsx").write_text('import "./main.css";\ndocument.title = "two";\n')
    build(static)
    after = manifest(static)
    assert after["main.tsx"] != before["main.tsx"]
    assert after["main.css"] == before["main.css"]
    assert not (static / before["main.tsx"]).exists()
    assert (static / after["main.tsx"]).exists()


def test_the_licences_of_what_is_bundled_go_with_it(static: Path) -> None:
    (static / "src/main.tsx").write_text(
        'import { signal } from "@preact/signals";\nconsole.log(signal(1));\n'
    )
    assert build(static).returncode == 0
    licences = (static / "dist/LICENSES.txt").read_text()
    for package in ("@preact/signals", "@preact/signals-core", "preact"):
        assert f"\n{package} " in f"\n{licences}"
    assert licences.count("Permission is hereby granted, free of charge") >= 3
    assert "typescript" not in licences


def test_an_error_names_its_place_and_keeps_the_last_build(static: Path) -> None:
    build(static)
    before = manifest(static)
    (static / "src/main.tsx").write_text("const = 1;\n")
    failed = build(static)
    assert failed.returncode == 1
    assert "static/src/main.tsx:1:6" in failed.stderr
    assert manifest(static) == before
    assert (static / before["main.tsx"]).exists()


def test_no_entry_at_all_is_an_error(static: Path) -> None:
    (static / "src/main.tsx").unlink()
    failed = build(static)
    assert failed.returncode == 1
    assert "main.tsx" in failed.stderr
