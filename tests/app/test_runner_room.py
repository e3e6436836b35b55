"""A simulation process may reserve what native code needs, and yet have no more memory than it may."""

import multiprocessing
from typing import Any

import pytest

from app.workers.process import limit, room_for_a_runner

MEMORY = 1 << 30
resource = pytest.importorskip("resource")


def _bomb(inside: bool, pipe: Any) -> None:
    """Takes more than it may, with the room given back or not; tells whether it got it."""
    limit(MEMORY)
    if inside:
        with room_for_a_runner():
            pass
    try:
        pipe.send(len(bytearray(2 * MEMORY)))
    except MemoryError:
        pipe.send("refused")


def _reserve(pipe: Any) -> None:
    """Starts a runner where its addresses alone are more than the limit, and then takes too much."""
    from vm.jit.runner.runner import Runner, unavailable

    limit(MEMORY)
    with room_for_a_runner():
        if unavailable() is not None:
            pipe.send("none")
            return
        with_room = Runner()
    try:
        bytearray(2 * MEMORY)
        pipe.send("got it")
    except MemoryError:
        pipe.send("refused")
    with_room.stop()


def told(target: object, *arguments: object) -> object:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(*arguments, theirs))  # type: ignore[arg-type]
    process.start()
    assert ours.poll(60)
    found = ours.recv()
    process.join(20)
    return found


@pytest.mark.parametrize("inside", [False, True])
def test_memory_is_as_limited_as_before(inside: bool) -> None:
    assert told(_bomb, inside) == "refused"


def test_a_runner_starts_and_memory_stays_limited() -> None:
    assert told(_reserve) in ("refused", "none")
