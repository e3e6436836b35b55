"""Scripts of learners: every mistake where it stands, and what right ones make."""

import json
from ipaddress import IPv4Address
from itertools import pairwise

import pytest
import yaml

from app.scenarios.export import TARGET, main, schema
from app.scenarios.read import ReadScript, read
from tests.discovery import TESTS
from vm.kernel.packet.dissect import dissect
from vm.kernel.world.events import (
    FunctionCall,
    MapUpdated,
    PacketArrives,
    Runs,
    Sample,
    SockAddr,
    Syscall,
    Wakes,
)

MISTAKES = yaml.safe_load((TESTS / "data/scenario_mistakes.yaml").read_text(encoding="utf-8"))
WHOLE = """
scenario: A little of everything
truths: {attack: a SYN of the flood, normal: anything else}
wanted: [attack]
world:
  cpus: 4
  namespaces: [{name: pod, routes: [{to: 0.0.0.0/0, device: eth0, via: 10.1.0.1}]}]
  devices:
    - {name: veth0, addresses: [10.1.0.1/24], peer: pod/eth0}
    - {name: eth0, netns: pod, addresses: [10.1.0.2/24], peer: veth0, mac: "02:00:00:00:77:01"}
  processes:
    - {name: app, pid: 2000, uid: 1001, cgroup: /pods/app, netns: pod, cpu: 3, listens: [{port: 8080}]}
events:
  - packet: {tcp: {src: 203.0.113.7, dport: 80, flags: [SYN]}}
    repeat: 50
    every: 2ms
    jitter: 100
    vary:
      tcp.sport: {from: 1024, to: 65535}
      tcp.src: {from: 203.0.113.1, to: 203.0.113.4, count: 1}
    truth: attack
  - {packet: {dns: example.org}, device: veth0, at: 5ms}
  - {syscall: clone, process: app, args: [SIGCHLD, 0, 0, 0, 0], result: 2001, at: 1s}
  - {syscall: execve, process: 2001, args: [/bin/sh, [sh, -c, id], []], takes: 300us}
  - {syscall: connect, process: 2001, args: [3, {address: 203.0.113.66, port: 4444}, 16]}
  - {function: vfs_read, process: app, args: [0, 0, 512, 0], result: 512, takes: 1.5ms}
  - {wakes: app}
  - {runs: app, takes: 3ms, cpu: 3}
  - {sample: 1000000, cpu: 2, repeat: 2, every: 10ms}
"""


def whole() -> ReadScript:
    found, diagnostics = read(WHOLE)
    assert not diagnostics
    assert found is not None
    return found


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["says"][:60] or "none")
def test_a_mistake_is_told_where_it_stands(case: dict[str, str]) -> None:
    found, diagnostics = read(case["script"])
    said = str(diagnostics[0]) if diagnostics else ""
    assert said == case["says"]
    assert (found is None) == bool(case["says"])


def test_all_mistakes_are_told_in_the_order_of_the_text() -> None:
    text = (
        "scenario: x\nevents:\n- {packet: tcp-syn, device: a}\n- {wakes: b}\n- {syscall: c, process: nginx}"
    )
    assert [item.span.line for item in read(text)[1] if item.span] == [3, 4, 5]


def test_events_are_made_in_order_and_as_written() -> None:
    events = list(whole().make().events)
    assert len(events) == whole().count == 59
    assert all(a.time_ns <= b.time_ns for a, b in pairwise(events))
    syns = [event for event in events if isinstance(event, PacketArrives) and event.truth == "attack"]
    sources = {dissect(event.data).summary.split()[1].rpartition(":")[0] for event in syns}
    assert sources == {f"203.0.113.{n}" for n in range(1, 5)}
    assert len({event.data[34:36] for event in syns}) > 40
    dns = next(event for event in events if isinstance(event, PacketArrives) and event.device == "veth0")
    assert (dns.time_ns, dns.data[30:34]) == (5_000_000, IPv4Address("10.1.0.1").packed)
    assert events[-9:-2] == [
        events[-9],
        Syscall(1_000_000_000, 2000, "clone", (17, 0, 0, 0, 0), 2001),
        Syscall(1_001_000_000, 2001, "execve", ("/bin/sh", ("sh", "-c", "id"), ()), None, 300_000),
        Syscall(1_002_000_000, 2001, "connect", (3, SockAddr(IPv4Address("203.0.113.66"), 4444), 16)),
        FunctionCall(1_003_000_000, 2000, "vfs_read", (0, 0, 512, 0), 512, 1_500_000),
        Wakes(1_004_000_000, 2000),
        Runs(1_005_000_000, 2000, 3_000_000, 3),
    ]
    assert events[-2:] == [Sample(1_006_000_000, 1_000_000, 2), Sample(1_016_000_000, 1_000_000, 2)]


def test_the_world_is_the_default_one_with_more() -> None:
    world = whole().world
    pod = world.device("pod/eth0")
    assert pod is not None
    assert (pod.peer, pod.mac.hex(":")) == ("veth0", "02:00:00:00:77:01")
    app = world.process(2000)
    assert app is not None
    assert (app.comm, app.cgroup, app.listens[0].port, world.cpus) == ("app", "/pods/app", 8080, 4)
    assert world.device("eth0") is not None


def test_equal_seeds_make_equal_events() -> None:
    assert list(whole().make(7).events) == list(whole().make(7).events)
    assert list(whole().make(7).events) != list(whole().make(8).events)


def test_a_hundred_thousand_packets_are_made_lazily() -> None:
    text = (
        "scenario: x\nevents: [{packet: {tcp: {}}, repeat: 100000, vary: {tcp.sport: {from: 1, to: 60000}}}]"
    )
    found, _ = read(text)
    assert found is not None
    assert (found.count, next(found.make().events).time_ns) == (100_000, 0)


def test_the_schema_for_editors_is_up_to_date() -> None:
    assert main("--check") == 0, "run `python -m app.scenarios.export`"
    assert json.loads(TARGET.read_text(encoding="utf-8")) == json.loads(schema())
    assert "packet" in schema()


ACTING = """
scenario: Visitors, and somebody who puts a server into a map
truths: {normal: a packet of a visitor}
events:
  - {behaviour: visitors, with: {count: 3, each_per_minute: 60}, at: 2s, repeat: 40, truth: normal}
  - {behaviour: opens, with: {every: 5ms, who: [{process: nginx, paths: [/etc/hosts]}]}, repeat: 7}
  - {update: targets, key: 1, socket: {process: nginx}}
  - {update: limits, key: 258, value: 10}
  - {update: limits, key: 258}
"""


def test_behaviours_and_writes_to_maps_are_events() -> None:
    found, diagnostics = read(ACTING)
    assert not diagnostics
    assert found is not None
    events = list(found.make().events)
    assert found.count == len(events) == 50
    packets = [event for event in events if isinstance(event, PacketArrives)]
    assert (len(packets), packets[0].truth) == (40, "normal")
    assert packets[0].time_ns >= 2 * 10**9
    opened = [event for event in events if isinstance(event, Syscall)]
    assert {(event.pid, event.args[1]) for event in opened} == {(812, "/etc/hosts")}
    written = [event for event in events if isinstance(event, MapUpdated)]
    assert [(row.map, row.key, row.value, row.socket) for row in written] == [
        ("targets", b"\1", None, (812, 3)), ("limits", b"\2\1", b"\n", None), ("limits", b"\2\1", None, None),
    ]  # fmt: skip
    assert list(found.make(5).events) != events
