"""Packets: where they come from, and what each byte is."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.schemas.base import MAX_PACKETS, HexBytes, Message, PacketBytes


class FieldView(Message):
    """One field of a dissected packet. ``off`` counts from the packet's first byte."""

    path: str
    """``iphdr.saddr``: the name the assembler takes, or a made-up one for payloads."""
    label: str
    off: int
    size: int
    bits: tuple[int, int] | None = None
    """Shift from the lowest bit, and width, for parts of a field."""
    text: str
    note: str = ""
    status: Literal["ok", "wrong", "cut"] = "ok"
    """wrong: it holds what it must not; cut: the packet ends inside it."""
    children: tuple["FieldView", ...] = ()
    """Parts of it: bits, options, labels of a name."""


class LayerView(Message):
    """One header or payload."""

    name: str
    title: str
    off: int
    size: int
    summary: str
    fields: tuple[FieldView, ...]


class PacketView(Message):
    """A packet with its meaning."""

    data: HexBytes
    summary: str
    """``TCP 203.0.113.7:40011 → 198.51.100.20:80 SYN``."""
    layers: list[LayerView]
    """None where it was not taken apart: the first packets of a large capture are, others when asked for."""
    time_ns: int = 0
    """Since the first packet."""


class PacketsReply(Message):
    """Packets read from a capture, a form or hex, with what could not be read said."""

    packets: list[PacketView]
    warnings: tuple[str, ...] = ()


class FormRequest(Message):
    """Packets described by field, as lessons do: ``{"tcp": {"dport": 80, "flags": ["SYN"]}}``."""

    packets: Annotated[list[dict[str, Any]], Field(max_length=MAX_PACKETS)]


class HexRequest(Message):
    """One packet as hex text, in any common dump format."""

    text: Annotated[str, Field(max_length=1_000_000)]


class DissectRequest(Message):
    """Packets as bytes, to be told what each byte is."""

    packets: Annotated[list[PacketBytes], Field(max_length=MAX_PACKETS)]


class SampleView(Message):
    """A named set of packets offered in the page."""

    id: str
    title: str
    doc: str
    kind: Literal["sample"] = "sample"
    packets: list[HexBytes]
    times_ns: list[int]
