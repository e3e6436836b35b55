"""Packets in, packets with meaning out."""

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from app.schemas.base import MAX_PACKET, MAX_PACKETS
from app.schemas.packets import FieldView, LayerView, PacketsReply, PacketView, SampleView
from vm.kernel.packet.capture import CapturedPacket
from vm.kernel.packet.dissect import dissect
from vm.kernel.packet.dissection import FieldView as Dissected
from vm.kernel.packet.form import from_form
from vm.kernel.packet.hexdump import from_hex
from vm.kernel.packet.pcap import read_capture
from vm.kernel.packet.samples import SAMPLES, Sample
from vm.source import HookscopeError

TAKEN_APART = 200
"""Packets of a capture that come with every byte named: that is thirty times as long as the bytes."""


def view(data: bytes, time_ns: int = 0, *, apart: bool = True) -> PacketView:
    """A packet with every byte named, or only in summary."""
    if not apart:
        return PacketView.model_construct(
            data=data.hex(), summary=summary_of(data), layers=[], time_ns=time_ns
        )
    found = dissect(data)
    layers = [
        LayerView(
            name=layer.name,
            title=layer.title,
            off=layer.start,
            size=layer.end - layer.start,
            summary=layer.summary,
            fields=tuple(map(_field, layer.fields)),
        )
        for layer in found.layers
    ]
    return PacketView(data=data.hex(), summary=found.summary, layers=layers, time_ns=time_ns)


@lru_cache(maxsize=16_384)
def summary_of(packet: bytes) -> str:
    """One line about a packet; asked again for the same packets at every run of a changed program."""
    return dissect(packet).summary


def _field(field: Dissected) -> FieldView:
    return FieldView(
        path=field.name,
        label=field.label,
        off=field.offset,
        size=field.size,
        bits=(field.bits.shift, field.bits.width) if field.bits else None,
        text=field.text,
        note=field.note,
        status=field.status.value,
        children=tuple(map(_field, field.children)),
    )


def capture(data: bytes) -> str:
    """The packets of a pcap or pcapng file, as many as a run may send."""
    found = read_capture(data)
    fitting = [packet for packet in found.packets if len(packet.data) <= MAX_PACKET]
    kept, warnings = fitting[:MAX_PACKETS], list(found.warnings)
    if large := len(found.packets) - len(fitting):
        warnings.append(f"packets of more than {MAX_PACKET:,} bytes were left out: {large:,}")
    if len(fitting) > len(kept):
        warnings.append(f"the capture has {len(found.packets):,} packets; the first {len(kept):,} are taken")
    packets = [
        view(packet.data, time, apart=index < TAKEN_APART)
        for index, (packet, time) in enumerate(zip(kept, since_first(kept), strict=True))
    ]
    return PacketsReply(packets=packets, warnings=tuple(warnings)).model_dump_json()


def form(forms: list[dict[str, Any]]) -> str:
    """Packets described by field."""
    return PacketsReply(packets=[view(from_form(one)) for one in forms]).model_dump_json()


def hex_text(text: str) -> str:
    """One packet as hex text."""
    data = from_hex(text)
    if len(data) > MAX_PACKET:
        raise HookscopeError.of(
            "packet-size", f"a packet has at most {MAX_PACKET:,} bytes; this has {len(data):,}"
        )
    return PacketsReply(packets=[view(data)]).model_dump_json()


def dissect_all(packets: tuple[str, ...]) -> str:
    """What each byte of these packets is."""
    return PacketsReply(packets=[view(bytes.fromhex(packet)) for packet in packets]).model_dump_json()


def since_first(packets: Sequence[CapturedPacket]) -> list[int]:
    """When each packet came, in ns since the first; clocks that went backwards count as standing still."""
    start = packets[0].timestamp_ns if packets else 0
    return [max(0, packet.timestamp_ns - start) for packet in packets]


def samples() -> str:
    """Named packets to start from."""
    return json.dumps([_sample(key, sample).model_dump() for key, sample in SAMPLES.items()])


def _sample(key: str, sample: Sample) -> SampleView:
    packets = sample.make()
    return SampleView(
        id=key,
        title=sample.title,
        doc=sample.doc,
        packets=[packet.data.hex() for packet in packets],
        times_ns=since_first(packets),
    )
