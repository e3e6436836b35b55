"""How fast scenarios are made and simulated with an example, how soon questions about one are answered.

Times are of this process' CPU, so that a busy machine does not count.
"""

import json
import time
from collections.abc import Callable

from app.schemas.simulate import SimulateRequest, SimulationInputs
from app.workbench import runs, simulate
from app.workbench.simulate_examples import load
from app.workbench.watch import unwatched
from tests.bench.row import Row, at_least, at_most
from vm.kernel.scenarios.model import MAX_EVENTS, make
from vm.kernel.scenarios.table import SCENARIOS

EVENTS = 20_000


def bench() -> list[Row]:
    """The figures."""
    return [*_making(), *_questions()]


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _making() -> list[Row]:
    slowest = max(
        (_seconds(lambda s=scenario: sum(1 for _ in make(s, 1, {"events": MAX_EVENTS}).events)), scenario.id)  # type: ignore[misc]
        for scenario in SCENARIOS.values()
    )
    return [at_most(f"making 100,000 events, the slowest ({slowest[1]})", slowest[0], "s", 4)]


def _questions() -> list[Row]:
    example = next(view for view, _ in load() if view.id == "flood_limit")
    inputs = SimulationInputs(
        scenario="syn-flood", parameters={"events": EVENTS}, attachments=example.inputs.attachments
    )
    text, told = SimulateRequest(inputs=inputs).model_dump_json(), list[str]()

    def whole() -> None:
        while True:
            ended, message = simulate.simulate(text, unwatched())
            told.append(message)
            if ended:
                return

    took = _seconds(whole)
    done = json.loads(told[-1])
    key, last = done["simulation"], done["done"] - 1
    page = {"simulation": key, "ends": ["dropped"], "limit": 50}
    words = {**page, "text": "203.0.113.9"}
    place = {"simulation": key, "index": last, "hop": 1}
    opened: list[str] = []
    return [
        at_least(
            "flood_limit on syn-flood, with progress, samples and score",
            done["done"] / took,
            "events/s",
            3_000,
        ),
        at_most("longest progress message", max(map(len, told[:-1])) / 1024, "KiB", 64),
        at_most("a page of rows by how they ended", _ms(lambda: simulate.rows(json.dumps(page))), "ms", 150),
        at_most(
            "a page of rows by text, the first", _ms(lambda: simulate.rows(json.dumps(words))), "ms", 1_000
        ),
        at_most(
            "one event whole",
            _ms(lambda: simulate.event(json.dumps({"simulation": key, "index": last}))),
            "ms",
            150,
        ),
        at_most(
            "open its run in the workbench",
            _ms(lambda: opened.append(simulate.open_(json.dumps(place)))),
            "ms",
            150,
        ),
        at_most("its first window", _ms(lambda: runs.window(_window(opened[0]))), "ms", 150),
    ]


def _window(opened: str) -> str:
    return json.dumps({"run": json.loads(opened)["run"], "packet": 0, "window": 0})


def _ms(work: Callable[[], object]) -> float:
    return _seconds(work) * 1_000
