"""Captures and packets of every size, sent to a running server; each run through a program."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.app.live import Live
from tests.app.over_http import Reply, http
from tests.browser.server import Served
from vm.kernel.packet.capture import CapturedPacket
from vm.kernel.packet.pcap import write_pcap, write_pcapng

DATA = Path(__file__).parents[2] / "data/packets"
START = 1_700_000_000_123_456_789
PACKETS = tuple(CapturedPacket(START + 1_001 * n, bytes([n]) * (60 + n), 60 + n) for n in range(5))
NANO, MICRO = write_pcap(PACKETS), write_pcap(PACKETS, nanoseconds=False)
BIG_ENDIAN, NEXT = write_pcap(PACKETS, big_endian=True), write_pcapng(PACKETS)


def sent(served: Served, capture: bytes) -> Reply:
    return http(served, "/api/packets/capture", capture)


@pytest.mark.parametrize(
    ("capture", "apart_ns"), [(NANO, 1_001), (BIG_ENDIAN, 1_001), (NEXT, 1_001), (MICRO, 1_000)]
)
def test_packets_keep_their_times_to_the_nanosecond(served: Served, capture: bytes, apart_ns: int) -> None:
    reply = sent(served, capture)
    packets = reply.body["packets"]
    assert [packet["data"] for packet in packets] == [packet.data.hex() for packet in PACKETS]
    assert (packets[0]["time_ns"], packets[1]["time_ns"]) in ((0, apart_ns), (0, apart_ns + 1_000))


@pytest.mark.parametrize("name", ["editcap.pcap", "editcap.pcapng"])
def test_captures_of_other_programs_are_read(served: Served, name: str) -> None:
    reply = sent(served, (DATA / name).read_bytes())
    assert (reply.status, reply.body["warnings"]) == (200, [])
    assert reply.body["packets"]


@pytest.mark.parametrize("capture", [NANO, NEXT], ids=["pcap", "pcapng"])
def test_a_capture_cut_anywhere_gives_what_is_whole_or_says_why(served: Served, capture: bytes) -> None:
    for end in range(0, len(capture), 7):
        reply = sent(served, capture[:end])
        if reply.status == 200:
            assert len(reply.body["packets"]) < len(PACKETS) or end > len(capture) - 40
        else:
            assert reply.status == 422
            assert reply.body["message"]
            assert reply.body["hint"]
            assert reply.body["code"] != "internal"


@pytest.mark.parametrize(
    "garbage",
    [b"", b"\0" * 100, bytes(range(256)) * 64, b"\x7fELF" + b"\0" * 60, b"\x1f\x8b\x08" + b"\0" * 60, b"text",
     NANO[:24] + b"\xff" * 64, NEXT[:8] + b"\xff" * 64, NANO[:20] + b"\x7f\0\0\0" + NANO[24:]],
    ids=["nothing", "zeros", "bytes", "elf", "gzip", "text", "pcap-damaged", "pcapng-damaged", "link-type"],
)  # fmt: skip
def test_what_is_no_capture_is_refused_with_what_to_do(served: Served, garbage: bytes) -> None:
    reply = sent(served, garbage)
    assert (reply.status, reply.body["code"] != "internal") == (422, True)
    assert reply.body["message"]
    assert reply.body["hint"]


@pytest.mark.parametrize("hook", ["xdp", "tc", "socket", "cgroup_skb/ingress"])
@pytest.mark.parametrize("size", [0, 1, 13, 14, 33, 1_514, 65_535])
def test_a_packet_of_any_size_runs(
    served: Served, connect: Callable[[Served], Live], hook: str, size: int
) -> None:
    session = connect(served)
    inputs: dict[str, Any] = {"source": "r0 = 1\nexit", "hook": hook, "packets": ["5a" * size]}
    session.run(inputs)
    done = session.wait("run:done")
    (packet,) = done["packets"]
    assert packet["steps"] in (0, 2)
    assert packet["verdict"]
    if packet["steps"]:
        (window,) = [message for name, message in session.pushed() if name == "run:window"]
        assert len(window["steps"]) == 2


@pytest.mark.parametrize("size", [0, 65_535])
def test_a_packet_of_any_size_is_taken_apart(served: Served, size: int) -> None:
    reply = http(served, "/api/packets/dissect", {"packets": ["5a" * size]})
    (packet,) = reply.body["packets"]
    assert sum(layer["size"] for layer in packet["layers"]) == size


def test_a_packet_over_the_limit_is_refused_everywhere(
    served: Served, connect: Callable[[Served], Live]
) -> None:
    packet = "5a" * 65_536
    inputs = {"source": "exit", "packets": [packet]}
    answer = connect(served).ask("run", {"inputs": inputs})
    assert "65,535" in answer["failure"]["message"]
    questions: dict[str, Any] = {
        "/api/packets/dissect": {"packets": [packet]},
        "/api/packets/hex": {"text": packet},
        "/api/links": {"inputs": inputs, "place": {}},
    }
    for path, message in questions.items():
        reply = http(served, path, message)
        assert (reply.status, "65,535" in reply.body["message"]) == (422, True), path


def test_a_captured_packet_over_the_limit_is_left_out_with_a_warning(served: Served) -> None:
    reply = sent(served, write_pcap([CapturedPacket(0, bytes(65_536), 65_536), PACKETS[0]]))
    assert [packet["data"] for packet in reply.body["packets"]] == [PACKETS[0].data.hex()]
    assert "65,535" in reply.body["warnings"][0]
