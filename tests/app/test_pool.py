"""Simulation processes are replaced when they die, and ended when they take too long."""

import os
import signal
import time
from collections.abc import Iterator
from threading import Thread

import pytest

from app.workers.pool import Pool
from vm.source import HookscopeError


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(2, 2 << 30, 20)
    yield made
    made.close()


def pids(pool: Pool) -> set[int]:
    return {worker.process.pid for worker in pool._all if worker.process and worker.process.pid}


def test_a_job_is_answered(pool: Pool) -> None:
    assert '"syn-burst"' in pool.run("samples")


def test_a_killed_worker_is_replaced_and_the_job_answered(pool: Pool) -> None:
    pool.run("samples", home="a run")
    for pid in pids(pool):
        os.kill(pid, signal.SIGKILL)
    assert '"syn-burst"' in pool.run("samples", home="a run")


def test_a_job_over_its_time_is_ended_and_said(pool: Pool) -> None:
    with pytest.raises(HookscopeError) as caught:
        pool.run("packets.dissect", tuple("00" * 1500 for _ in range(3000)), seconds=0.05)
    assert caught.value.diagnostic.code == "budget-seconds"
    assert '"syn-burst"' in pool.run("samples")


def test_a_learners_mistake_comes_back_as_such(pool: Pool) -> None:
    with pytest.raises(HookscopeError) as caught:
        pool.run("packets.hex", "this is no packet")
    assert caught.value.diagnostic.code


def test_a_slow_job_leaves_the_other_worker_free(pool: Pool) -> None:
    pool.warm()
    pool.run("samples")
    slow = Thread(target=pool.run, args=("packets.dissect", tuple("00" * 1500 for _ in range(3000))))
    slow.start()
    time.sleep(0.05)
    pool.run("samples")
    assert slow.is_alive()
    slow.join()
