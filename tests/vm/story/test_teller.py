"""Steps told in words: one row per kind of instruction, and no program that cannot be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm.asm import assemble
from vm.encoding import decode
from vm.instruction import Slot
from vm.kernel.packet.build import build
from vm.kernel.packet.form import from_form
from vm.kernel.scenario import Scenario, Setup
from vm.machine.trace import Budget
from vm.program import Program
from vm.story.part import Told, plain
from vm.story.teller import Teller
from vm.uapi.prog_types import ProgType

SYN = from_form({"tcp": {"src": "203.0.113.7", "dport": 80, "flags": ["SYN"]}})


def teller_of(program: Program, *others: Program, packet: bytes = SYN) -> Teller:
    setup = Setup((program, *others), program.prog_type, (packet,), budget=Budget(steps=200))
    return Teller(Scenario(setup).trace(0).seek(0), lambda value: f"verdict {value & 0xFF}")


def told(source: str) -> list[tuple[str, Told]]:
    """Every step as (what it asked, what it did)."""
    program = assemble(source).program
    assert program is not None
    teller = teller_of(program)
    found: list[tuple[str, Told]] = []
    while True:
        asked = plain(teller.asks())
        step = teller.step()
        if step is None:
            return found
        found.append((asked, step[1]))


MAP = ".map counts hash key=ipv4 value=u64 entries=4 init={203.0.113.7: 10}\n"
FIND = (
    MAP
    + """
    *(u32 *)(r10 - 4) = 0x077100cb
    r1 = counts ll
    r2 = r10
    r2 += -4
    call bpf_map_lookup_elem
"""
)


@pytest.mark.parametrize(
    ("source", "asks", "did", "note"),
    [
        ("r3 = 5", "pc 0 sets r3 to 5", "pc 0 set r3 to 5", "5"),
        ("r3 = -1", "pc 0 sets r3 to -1", "pc 0 set r3 to -1", "-1"),
        ("r6 = r1", "pc 0 sets r6 to ctx +0", "pc 0 set r6 to ctx +0 (from r1)", "ctx +0"),
        ("r3 = 5\nr3 += 2", "pc 1 adds 2 to r3", "pc 1 added 2 to r3: 5 → 7", "7"),
        ("r3 = 5\nr3 -= 7", "pc 1 subtracts 7 from r3", "pc 1 subtracted 7 from r3: 5 → -2", "-2"),
        ("r3 = 6\nr3 *= 7", "pc 1 multiplies r3 by 7", "pc 1 multiplied r3 by 7: 6 → 42", "42"),
        (
            "r3 = 6\nr3 &= 3",
            "pc 1 keeps in r3 only the bits of 3",
            "pc 1 kept in r3 only the bits of 3: 6 → 2",
            "2",
        ),
        ("r3 = 1\nr3 <<= 4", "pc 1 shifts r3 left by 4", "pc 1 shifted r3 left by 4: 1 → 16", "16"),
        ("r3 = 5\nr3 = -r3", "pc 1 negates r3", "pc 1 negated r3: 5 → -5", "-5"),
        (
            "r3 = 8\nr3 = be16 r3",
            "pc 1 reorders the low 2 bytes of r3",
            "pc 1 turned into big-endian order r3: 8 → 2048",
            "2048",
        ),
        ("r2 = r10\nr2 += -8", "pc 1 adds -8 to r2", "pc 1 added -8 to r2: fp +0 → fp -8", "fp -8"),
        (
            "r2 = *(u32 *)(r1 + 0)",
            "pc 0 reads data (4 bytes) into r2",
            "pc 0 read data, pkt +0, into r2",
            "pkt +0",
        ),
        (
            "r2 = *(u32 *)(r1 + 0)\nr3 = *(u32 *)(r2 + 26)",
            "pc 1 reads ip.saddr (4 bytes) into r3",
            "pc 1 read ip.saddr, 203.0.113.7, into r3",
            "203.0.113.7",
        ),
        (
            "r3 = 7\n*(u32 *)(r10 - 4) = r3",
            "pc 1 writes 7 to fp-4",
            "pc 1 wrote 7 to fp-4: 07 00 00 00",
            "07 00 00 00",
        ),
        (
            "r3 = 10\nif r3 > 9 goto out\nr0 = 1\nout: exit",
            "pc 1 asks whether 10 is greater than 9. It is, so on to out",
            "pc 1 asked whether 10 is greater than 9: yes, so on to out",
            "yes, jumps to out",
        ),
        (
            "r3 = 4\nif r3 & 3 goto +0\nexit",
            "pc 1 asks whether 4 shares set bits with 3. None is, so on to pc 2",
            "pc 1 asked whether 4 shares set bits with 3: no, so on to pc 2",
            "no, falls through",
        ),
        ("goto out\nout: exit", "pc 0 jumps to out", "pc 0 went on to out", ""),
        (
            FIND,
            "pc 5 calls bpf_map_lookup_elem",
            "pc 5 called bpf_map_lookup_elem: r0 is counts[203.0.113.7]",
            "hit, counts[203.0.113.7]",
        ),
        (
            FIND + "r1 = 1\nlock *(u64 *)(r0 + 0) += r1",
            "pc 7 does an atomic add of 1 on counts[203.0.113.7]",
            "pc 7 added 1 to counts[203.0.113.7]: 10 → 11",
            "10 → 11",
        ),
        (MAP + "r1 = counts ll", "pc 0 puts a 64-bit constant into r1", "pc 0 put counts into r1", "counts"),
        (
            "r0 = 2\nexit",
            "pc 1 ends with r0 = 2",
            "pc 1 ended the program with r0 = 2, verdict 2",
            "verdict 2",
        ),
        (
            "call fn\nexit\nfn: r0 = 3\nexit",
            "pc 3 ends with r0 = 3",
            "pc 3 returned 3 to pc 1",
            "3",
        ),
        (
            "r0 = *(u64 *)(r0 + 0)",
            "pc 0 reads address 0x0 (8 bytes) into r0",
            "pc 0 failed: reads 8 bytes at address 0x0: the pointer is null",
            "fault",
        ),
    ],
)  # fmt: skip
def test_an_instruction_is_told(source: str, asks: str, did: str, note: str) -> None:
    found = told(source if "exit" in source else source + "\nexit")
    match = [(asked, step) for asked, step in found if plain(step.did) == did]
    assert match, [plain(step.did) for _, step in found]
    assert (match[0][0], match[0][1].note) == (asks, note)


@pytest.mark.parametrize(
    ("source", "event"),
    [
        ("r3 = 10\nif r3 > 9 goto +0\nexit", "10 > 9, jumps to pc 2"),
        ("r3 = 1\nif r3 > 9 goto +0\nexit", "1 ≤ 9, falls through"),
        ("if r0 == 0 goto +0\nexit", "r0 is 0, jumps"),
        ("r0 = 1\nexit", "exit with r0 = 1, verdict 1"),
        (FIND + "exit", "bpf_map_lookup_elem → hit, counts[203.0.113.7]"),
    ],
)
def test_events_read_like_findings(source: str, event: str) -> None:
    assert event in [step.event for _, step in told(source)]


def test_the_packet_bytes_a_step_read_are_named() -> None:
    reads = [
        read for _, step in told("r2 = *(u32 *)(r1 + 0)\nr3 = *(u16 *)(r2 + 12)\nexit") for read in step.reads
    ]
    assert [(read.region, read.size, read.name) for read in reads] == [
        ("ctx", 4, "data"),
        ("pkt", 2, "eth.h_proto"),
    ]


@given(st.lists(st.builds(Slot, *map(st.integers, (0, 0, 0, -3, -40), (255, 10, 10, 3, 40))), max_size=12))
def test_any_bytes_at_all_can_be_told(slots: list[Slot]) -> None:
    program = Program("any", ProgType.XDP, tuple(slots), decode(slots))
    teller = teller_of(program, packet=build([]).ljust(14, b"\0"))
    for _ in range(50):
        asked = teller.asks()
        step = teller.step()
        if step is None:
            break
        assert plain(asked)
        assert plain(step[1].did)
