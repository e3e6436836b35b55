"""Each example program on its scenario: its known answer, our verifier's word, and the kernel's."""

from typing import Any

import pytest

from app.linux.ask import ask
from app.schemas.simulate import SimulationExample, SimulationInputs
from app.workbench.simulate_examples import Answer, load
from app.workbench.simulate_export import exported
from app.workbench.simulate_inputs import plan_of
from app.workbench.simulate_summary import summary
from app.workbench.simulated import Simulated
from app.workbench.watch import unwatched
from tests.oracle import kernel
from vm.asm import assemble
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.pcap import read_capture
from vm.kernel.scenarios.table import SCENARIOS
from vm.kernel.world.attach import parse_place
from vm.uapi.prog_types import HOOKS, ProgType
from vm.verifier import verify

EXAMPLES = pytest.mark.parametrize(("example", "answer"), load(), ids=[view.id for view, _ in load()])
UNLOADABLE = frozenset({ProgType.LSM})
"""Need BTF of the hook, or a kernel built with it."""


def simulated(inputs: SimulationInputs) -> Simulated:
    found = Simulated("test", plan_of(inputs))
    while not found.go_on(unwatched(), 60):
        pass
    return found


@EXAMPLES
def test_it_comes_to_its_known_answer(example: SimulationExample, answer: Answer) -> None:
    found = simulated(example.inputs)
    reply = summary(found, 0)
    labels = {label.label: label for label in reply.score.labels}
    for kind in ("stopped", "reported", "prevented"):
        wanted = getattr(answer, kind)
        assert {label: getattr(labels[label], kind) for label in wanted} == wanted
    assert {end: reply.ends[end] for end in answer.ends} == answer.ends
    for name, entries in answer.maps.items():
        shown = reply.maps[[reply.map_names[row.index] for row in reply.maps].index(name)]
        told: dict[Any, str] = {row.key_text: row.value_text for row in shown.entries if row.value.strip("0")}
        assert told == {str(key): value for key, value in entries.items()}
    assert not reply.warnings
    assert all("fault" not in program.verdicts for program in reply.programs)


@EXAMPLES
def test_it_is_accepted_by_the_verifier(example: SimulationExample, answer: Answer) -> None:
    for program in assemble(example.inputs.attachments[0].source).programs:
        report = verify(program)
        assert report.accepted, report.error


@pytest.mark.kernel
@pytest.mark.skipif(bool(kernel.unavailable()), reason="the kernel cannot be asked")
@EXAMPLES
def test_the_kernel_accepts_it(example: SimulationExample, answer: Answer) -> None:
    for program in assemble(example.inputs.attachments[0].source).programs:
        if program.prog_type not in UNLOADABLE:
            attach = HOOKS[parse_place(str(program.hook)).hook].attach_type
            assert ask(program, attach_type=int(attach or 0)).accepted, program.name


def test_every_use_has_an_example() -> None:
    groups = [view.group for view, _ in load()]
    assert groups.count("performance") >= 5
    assert groups.count("security") >= 5
    assert {view.inputs.scenario for view, _ in load()} <= set(SCENARIOS)


def test_waiting_for_a_cpu_is_longer_behind_the_encoder() -> None:
    """The same load on both CPUs: only on the one with the encoder does anybody wait for milliseconds."""
    view = next(view for view, _ in load() if view.id == "runq_delay")
    reply = summary(simulated(view.inputs), 0)
    delays = next(row for row in reply.maps if reply.map_names[row.index] == "delay_us")
    longest = {
        cpu: max(
            int(row.key_text.partition("-")[0])
            for row in delays.entries
            if row.cpu == cpu and row.value.strip("0")
        )
        for cpu in (0, 1)
    }
    assert longest[0] < 512 <= 1_024 <= longest[1]


def test_the_talkers_are_counted_to_the_byte() -> None:
    view = next(view for view, _ in load() if view.id == "top_talkers")
    found = simulated(view.inputs)
    reply = summary(found, 0)
    talkers = next(row for row in reply.maps if reply.map_names[row.index] == "talkers")
    sent: dict[str, int] = {}
    for event in found.events:
        data = getattr(event, "data", b"")
        if data[12:14] == b"\x08\x00":
            source = ".".join(map(str, data[26:30]))
            sent[source] = sent.get(source, 0) + len(data)
    assert {
        row.key_text: int(row.value_text.rpartition(" ")[2].rstrip("}")) for row in talkers.entries
    } == sent


def test_a_balancer_s_packets_leave_with_right_checksums_and_whole_connections() -> None:
    """What was rewritten, from the file: one server for each connection, nothing a card would refuse."""
    view = next(view for view, _ in load() if view.id == "balancer")
    packets = read_capture(b"".join(exported(simulated(view.inputs), "rewritten"))).packets
    assert len(packets) == 2_000
    servers: dict[bytes, set[bytes]] = {}
    for came, left in zip(packets[::2], packets[1::2], strict=True):
        assert came.data[30:34] == bytes((192, 0, 2, 100))
        assert all(
            field.status.value == "ok" for layer in dissect(left.data).layers for field in layer.fields
        )
        servers.setdefault(left.data[26:30] + left.data[34:36], set()).add(left.data[30:34])
    assert {len(found) for found in servers.values()} == {1}
    assert {server[3] for found in servers.values() for server in found} == {11, 12, 13, 14}
