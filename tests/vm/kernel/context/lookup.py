"""A connection that looks for its socket, and programs that read one place of their context each."""

import json
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Final

from tests.places import read, recorded
from vm.asm import assemble
from vm.kernel.context import calls
from vm.kernel.context.fields import image
from vm.kernel.context.inputs import Fields
from vm.program import Program
from vm.uapi.structs_context import SK_LOOKUP

GOLDEN: Final = Path(__file__).parents[3] / "data/verifier/sk_lookup_values.json"
CASES: Final = {
    "ipv4": calls.lookup_event(6, IPv4Address("203.0.113.7"), 51_234, IPv4Address("192.0.2.1"), 443, 0),
    "ipv6": calls.lookup_event(17, IPv6Address("2001:db8::7"), 53, IPv6Address("2001:db8:1::1"), 5353, 0),
}
POINTER: Final = (0, 8)
PLACES: Final = tuple(sorted(read(recorded()["sk_lookup"]["reads"]) - {POINTER}))
_CODE: Final = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}


def program(off: int, size: int) -> Program:
    """Leaves what it reads in ``out[0]``."""
    found = assemble(f"""
.hook sk_lookup
.map out array key=u32 value=u64 entries=1
    r6 = *({_CODE[size]} *)(r1 + {off})
    r1 = out[0] ll
    *(u64 *)(r1 + 0) = r6
    r0 = 1
    exit
""").program
    assert found is not None
    return found


def user_context(what: Fields) -> bytes:
    """``struct bpf_sk_lookup`` as BPF_PROG_TEST_RUN takes it."""
    return bytes(image(SK_LOOKUP, what.values))


def answers() -> dict[str, list[int]]:
    """What Linux read, in the order of PLACES."""
    found: dict[str, list[int]] = json.loads(GOLDEN.read_text())["answers"]
    return found
