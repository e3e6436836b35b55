"""The program at a pod's door says what the entries say, packet by packet, and Linux's verifier takes it."""

from ipaddress import IPv4Address, ip_address

import pytest
import yaml

from app.manifests.cluster import read
from tests.app.manifests import generate
from vm.kernel.policy.door import door, door_text, key_of, packet
from vm.kernel.policy.entries import Key, port_prefixes
from vm.kernel.policy.model import Direction, Protocol
from vm.kernel.policy.verdicts import Decisions
from vm.kernel.run import run_all
from vm.kernel.scenario import Setup
from vm.uapi.constants import CONSTANTS
from vm.uapi.prog_types import ProgType
from vm.verifier import verify

OK = CONSTANTS["TC_ACT_OK"].value


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("direction", Direction)
def test_the_program_decides_as_the_entries_do(seed: int, direction: Direction) -> None:
    objects = generate.cluster(seed)
    found = read(yaml.safe_dump_all(objects))
    decisions = Decisions(found.cluster, found.policies)
    for pod in found.cluster.pods[:2]:
        asked = decisions.maps[pod.namespace, pod.name, direction]
        others = [
            address for text in generate.addresses(objects) if (address := ip_address(text)) != pod.address
        ]
        questions = [
            (other, protocol, port) for other in others for protocol in Protocol for port in (53, 80, 8080)
        ]
        packets = tuple(_between(pod.address, *question, direction) for question in questions)
        report = run_all(Setup((door(asked, decisions.identities),), ProgType.SCHED_CLS, packets))
        for (other, protocol, port), run in zip(questions, report.runs, strict=True):
            key = asked.lookup(decisions.identities.of(other).number, protocol, port)
            assert (run.retval == OK) == (key is not None), (other, protocol, port)


def _between(pod: object, other: object, protocol: Protocol, port: int, direction: Direction) -> bytes:
    assert isinstance(pod, IPv4Address)
    assert isinstance(other, IPv4Address)
    source, destination = (other, pod) if direction is Direction.INGRESS else (pod, other)
    return packet(source, destination, protocol, port)


@pytest.mark.parametrize("direction", Direction)
def test_the_verifier_takes_it(direction: Direction) -> None:
    decisions = Decisions(read(yaml.safe_dump_all(generate.cluster(1))).cluster, ())
    pod = decisions.cluster.pods[0]
    program = door(decisions.maps[pod.namespace, pod.name, direction], decisions.identities)
    assert verify(program).accepted


def test_the_two_doors_differ_in_whom_they_look_at() -> None:
    texts = {door_text(direction) for direction in Direction}
    assert len(texts) == 2


@pytest.mark.parametrize("key", [Key(7), Key(256, 6, 0, 40), Key(0, 17, 53, 56), Key(1 << 24, 6, 8080, 52)])
def test_a_key_comes_back_from_its_bytes(key: Key) -> None:
    assert key_of(key.to_bytes()) == key


@pytest.mark.parametrize(
    ("first", "last", "count"),
    [(80, 80, 1), (0, 65_535, 1), (1, 65_535, 16), (1, 65_534, 30), (8080, 8081, 1)],
)
def test_a_run_of_ports_is_few_prefixes(first: int, last: int, count: int) -> None:
    prefixes = list(port_prefixes(first, last))
    assert len(prefixes) == count
    ports = [port for start, bits in prefixes for port in range(start, start + (1 << (16 - bits)))]
    assert ports == list(range(first, last + 1))
