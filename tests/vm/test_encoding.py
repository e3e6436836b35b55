"""Slots and instructions are two forms of one thing."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vm.asm.generate import MAKERS, instructions
from vm.encoding import LD_IMM64, decode, decode_one, encode, pack, unpack
from vm.instruction import Instruction, Invalid, LoadImm64, Slot, width
from vm.source import HookscopeError

slots = st.builds(
    Slot,
    st.integers(0, 255),
    st.integers(0, 15),
    st.integers(0, 15),
    st.integers(-32768, 32767),
    st.integers(-(1 << 31), (1 << 31) - 1),
)


@given(instructions())
def test_decoding_an_encoded_instruction_gives_it_back(insn: Instruction) -> None:
    assert decode(encode(insn)) == (insn, None)[: width(insn)]


@given(st.lists(slots, max_size=12))
def test_decoding_covers_every_slot_and_never_fails(program: list[Slot]) -> None:
    insns = decode(program)
    assert len(insns) == len(program)
    for pc, insn in enumerate(insns):
        assert (insn is None) == (pc > 0 and isinstance(insns[pc - 1], LoadImm64))


@given(slots)
def test_encoding_a_decoded_slot_changes_only_reserved_fields(slot: Slot) -> None:
    insn = decode_one(slot, Slot(0, imm=7))
    [again, *_] = encode(insn)
    assert again.opcode == slot.opcode
    assert decode_one(again, Slot(0, imm=7)) == insn
    for name in ("dst", "src", "off", "imm"):
        assert getattr(again, name) in (getattr(slot, name), 0)


def test_reserved_fields_that_are_zero_survive() -> None:
    for opcode in range(256):
        for imm in (0, 1, 16, 32, 64, 0x40, 0x50, 0xA0, 0xE1, 0xF1, 0x100, 0x110):
            slot = Slot(opcode, imm=imm)
            again = encode(decode_one(slot, Slot(0)))[0]
            assert again == slot or again == Slot(opcode), slot


def test_every_opcode_is_an_instruction_or_says_why_not() -> None:
    known = {
        opcode: insn
        for opcode in range(256)
        if not isinstance(insn := decode_one(Slot(opcode, imm=16), Slot(0)), Invalid)
    }
    assert set(known) == ALL_OPCODES
    for opcode in set(range(256)) - ALL_OPCODES:
        invalid = decode_one(Slot(opcode, imm=16), Slot(0))
        assert isinstance(invalid, Invalid)
        assert invalid.reason.startswith(("unknown opcode", "BPF_ATOMIC uses invalid atomic opcode"))


ALL_OPCODES = {
    *(cls | code << 4 | source for cls in (4, 7) for code in range(0xE) if code != 8 for source in (0, 8)),
    0x84, 0x87,
    *(cls | code << 4 | source for cls in (5, 6) for code in (1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13)
      for source in (0, 8)),
    0x05, 0x06, 0x85, 0x8D, 0x95, 0xE5,
    *(0x60 | size | cls for cls in (1, 2, 3) for size in (0, 8, 0x10, 0x18)),
    0x81, 0x89, 0x91,
    0x18, 0x20, 0x28, 0x30, 0x40, 0x48, 0x50,
}  # fmt: skip
ALL_OPCODES -= {0xDF}
"""Opcodes that mean something with imm 16; atomics (0xc3, 0xdb and the narrow 0xcb, 0xd3) need other imms."""


@pytest.mark.parametrize(
    ("slot", "reason"),
    [
        (Slot(0xFF), "unknown opcode ff"),
        (Slot(0xDB, imm=0x77), "BPF_ATOMIC uses invalid atomic opcode 77"),
        (Slot(0xDC, imm=17), "BPF_END uses reserved fields"),
        (Slot(0x85, src=3), "BPF_CALL uses reserved fields"),
        (Slot(LD_IMM64, src=7), "invalid bpf_ld_imm64 insn"),
    ],
)
def test_reasons(slot: Slot, reason: str) -> None:
    found = decode_one(slot, Slot(0))
    assert isinstance(found, Invalid)
    assert found.reason == reason


def test_a_lone_first_half_is_incomplete() -> None:
    [found] = decode([Slot(LD_IMM64)])
    assert isinstance(found, Invalid)
    assert found.reason == "incomplete ld_imm64"


@given(st.lists(slots, max_size=8))
def test_bytes_and_slots(program: list[Slot]) -> None:
    data = pack(program)
    assert len(data) == 8 * len(program)
    assert unpack(data) == tuple(program)


def test_bytes_are_little_endian_with_dst_in_the_low_nibble() -> None:
    assert pack([Slot(0x7B, 10, 1, -8, 0x12345678)]).hex() == "7b1af8ff78563412"


def test_half_a_slot_is_refused() -> None:
    with pytest.raises(HookscopeError) as error:
        unpack(bytes(12))
    assert error.value.diagnostic.code == "program-length"


def test_every_class_of_instruction_can_be_drawn() -> None:
    assert set(MAKERS) | {Invalid} == set(get_args(Instruction))
