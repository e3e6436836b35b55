"""Every form of the grammar assembles, in every spelling, to what the instruction set says."""

import pytest

from vm.asm import assemble
from vm.asm.grammar import FORMS, Form, lines
from vm.encoding import pack
from vm.instruction import Instruction
from vm.program import Program

NAMES = ".map counts hash key=u32 value=u64 entries=16\n.const LIMIT = 40\n.const NEGATIVE = -8\n"
AROUND = "label:\nfunction:\n{}\nexit\n"


def program(text: str) -> Program:
    """The program of a text without mistakes."""
    assembly = assemble(text)
    assert assembly.program is not None, [str(error) for error in assembly.errors]
    return assembly.program


def hexadecimal(line: str) -> str:
    """The bytes of a line that stands in a program with a map, a constant and a label."""
    found = program(NAMES + AROUND.format(line))
    return pack(found.slots[:-1]).hex()


def insn_of(line: str) -> Instruction:
    """The instruction of a line."""
    insn = program(line).insns[0]
    assert insn is not None
    return insn


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.example)
def test_every_spelling_of_a_form_assembles(form: Form) -> None:
    for line in lines(form):
        if not line.startswith("w1 = *(s8"):  # a form kept for its message
            hexadecimal(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # pseudo-C                                  # as LLVM 22 encodes it
        ("r1 = r2", "bf21000000000000"), ("w1 = w2", "bc21000000000000"), ("r1 = -5", "b7010000fbffffff"),
        ("w1 s>>= 3", "c401000003000000"), ("r1 s/= r2", "3f21010000000000"),
        ("w1 s%= 4", "9401010004000000"),
        ("r1 = (s8)r2", "bf21080000000000"), ("w1 = (s16)w2", "bc21100000000000"),
        ("r1 = (s32)r2", "bf21200000000000"), ("r1 = -r1", "8701000000000000"),
        ("r1 = be16 r1", "dc01000010000000"), ("r1 = le64 r1", "d401000040000000"),
        ("r1 = bswap32 r1", "d701000020000000"), ("r1 = addr_space_cast(r2, 0, 1)", "bf21010001000000"),
        ("r1 = *(u8 *)(r2 + 0)", "7121000000000000"), ("w1 = *(u32 *)(r2 - 4)", "6121fcff00000000"),
        ("r1 = *(s32 *)(r2 + 4)", "8121040000000000"), ("*(u64 *)(r10 - 8) = r1", "7b1af8ff00000000"),
        ("*(u16 *)(r1 + 4) = w2", "6b21040000000000"), ("*(u8 *)(r1) = 7", "7201000007000000"),
        ("lock *(u64 *)(r0 + 0) += r1", "db10000000000000"),
        ("lock *(u32 *)(r0 + 4) ^= w1", "c3100400a0000000"),
        ("r1 = atomic_fetch_add((u64 *)(r0 + 0), r1)", "db10000001000000"),
        ("r1 = atomic64_fetch_add((u64 *)(r0 +0), r1)", "db10000001000000"),
        ("r1 = xchg_64(r0 + 0, r1)", "db100000e1000000"), ("w1 = xchg32_32(r0 + 0, w1)", "c3100000e1000000"),
        ("r0 = cmpxchg_64(r1 + 0, r0, r2)", "db210000f1000000"),
        ("r0 = atomic_cmpxchg((u32 *)(r1 +0), r0, r2)", "c3210000f1000000"),
        ("w0 = load_acquire((u32 *)(r1 + 0))", "c310000000010000"),
        ("store_release((u64 *)(r1 + 0), r2)", "db21000010010000"),
        ("r1 = 5 ll", "18010000050000000000000000000000"),
        ("r1 = 0x123456789abcdef0 ll", "18010000f0debc9a0000000078563412"),
        ("r1 = counts ll", "18110000000000000000000000000000"),
        ("r1 = &counts", "18110000000000000000000000000000"),
        ("r1 = counts[0] + 8 ll", "18210000000000000000000008000000"),
        ("r1 = &counts + 8", "18210000000000000000000008000000"),
        ("r1 = map[id:3]", "18110000030000000000000000000000"),
        ("r1 = map[id:3][0]+8", "18210000030000000000000008000000"),
        ("r1 = map[idx:3]", "18510000030000000000000000000000"),
        ("r2 = function ll", "18420000ffffffff0000000000000000"),
        ("if r1 == r2 goto +1", "1d21010000000000"), ("if w1 s<= -5 goto pc-2", "d601fefffbffffff"),
        ("if w1 & 1 goto label", "4601ffff01000000"), ("goto label", "0500ffff00000000"),
        ("gotol label", "06000000ffffffff"), ("may_goto +2", "e500020000000000"),
        ("goto 3", "0500030000000000"),
        ("call 6", "8500000006000000"), ("call bpf_trace_printk", "8500000006000000"),
        ("call bpf_trace_printk#6", "8500000006000000"), ("call pc+3", "8510000003000000"),
        ("call function", "85100000ffffffff"), ("callx r1", "8d01000000000000"), ("exit", "9500000000000000"),
        ("r0 = *(u8 *)skb[12]", "300000000c000000"), ("r0 = *(u16 *)skb[r1 + 12]", "481000000c000000"),
        # mnemonics
        ("mov r1, -5", "b7010000fbffffff"), ("mov32 %r1, 5", "b401000005000000"),
        ("movsx832 r1, r2", "bc21080000000000"),
        ("sdiv32 r1, 4", "3401010004000000"), ("neg32 r1", "8401000000000000"),
        ("be16 r1", "dc01000010000000"),
        ("swap16 r1", "d701000010000000"),
        ("lddw r1, 0x1122334455667788", "18010000887766550000000044332211"),
        ("lddw r1, counts", "18110000000000000000000000000000"), ("ldxdw r0, [r1+2]", "7910020000000000"),
        ("ldxsb r0, [r10-1]", "91a0ffff00000000"), ("stb [r10-1], 0x80", "720affff80000000"),
        ("stxdw [r10-8], r0", "7b0af8ff00000000"), ("lock add [r1+0], r2", "db21000000000000"),
        ("lock fetch_add32 [r1], r2", "c321000001000000"), ("lock fetch or [r1+8], r2", "db21080041000000"),
        ("lock cmpxchg [r10-8], r1", "db1af8fff1000000"), ("jeq r1, 0, +3", "1501030000000000"),
        ("jset32 r1, r2, label", "4e21ffff00000000"), ("ja label", "0500ffff00000000"),
        ("ja32 label", "06000000ffffffff"),
        ("call local function", "85100000ffffffff"), ("call %r2", "8d02000000000000"),
        ("ldabsw 12", "200000000c000000"),
        ("ldindb r1, 12", "501000000c000000"),
    ],
)  # fmt: skip
def test_bytes(line: str, expected: str) -> None:
    assert hexadecimal(line) == expected


@pytest.mark.parametrize(
    ("line", "same"),
    [
        ("r4 = XDP_DROP", "r4 = 1"),
        ("r4 = BPF_NOEXIST | 2 << 1", "r4 = 5"),
        ("r2 = *(u32 *)(r1 + xdp_md.data_end)", "r2 = *(u32 *)(r1 + 4)"),
        ("r2 = *(u32 *)(r6 + ETH_HLEN + iphdr.saddr)", "r2 = *(u32 *)(r6 + 26)"),
        ("r2 = *(u32 *)(r6 - 4 + 2)", "r2 = *(u32 *)(r6 - 2)"),
        ("r2 = *(u32 *)(r6 + -4)", "r2 = *(u32 *)(r6 - 4)"),
        ("r2 = *(u32 *)(r6 + (LIMIT + 2) * 2)", "r2 = *(u32 *)(r6 + 84)"),
        ("r3 += sizeof(iphdr)", "r3 += 20"),
        ("r3 += sizeof(struct ethhdr) + sizeof(iphdr)", "r3 += 34"),
        ("r2 = *(u32 *)(r1 + __sk_buff.cb[2])", "r2 = *(u32 *)(r1 + 56)"),
        ("if w3 != htons(ETH_P_IP) goto label", "if w3 != 8 goto label"),
        ("if r1 & (1 | 4) goto label", "if r1 & 5 goto label"),
        ("if r1 & TCP_SYN | 1 goto label", "if r1 & 3 goto label"),
        ("*(u32 *)(r10 - 4 * 2) = ~0 & 0xff", "*(u32 *)(r10 - 8) = 255"),
        ("r1 = -LIMIT", "r1 = -40"),
        ("r1 = 1 << 40 ll", "r1 = 0x10000000000 ll"),
        ("r0 = *(u8 *)skb[ETH_HLEN + 9]", "r0 = *(u8 *)skb[23]"),
        ("r0 = *(u8 *)skb[r1 + iphdr.protocol]", "r0 = *(u8 *)skb[r1 + 9]"),
        ("add r1, LIMIT", "add r1, 40"),
        ("ldxw r1, [r2 + iphdr.saddr]", "ldxw r1, [r2+12]"),
        ("jeq r1, LIMIT + 1, label", "jeq r1, 41, label"),
        ("r1 = BPF_FUNC_redirect", "r1 = 23"),
        ("r1 = sizeof(counts)", "r1 = 8"),
        ("r1 = sizeof(iphdr.saddr)", "r1 = 4"),
        ("r1 = EPERM - 7 / 2 % 2 ^ 1", "r1 = 1"),
        ("r1 = -EPERM", "r1 = -1"),
        ("call -6", "call 0xfffffffa"),
        ("goto exit <entry+0x8>", "goto exit"),
        ("lddw r1, subprog[+3]", "r1 = subprog[+3]"),
        ("lddw r1, map[id:2][0]+8", "r1 = map[id:2][0]+8"),
        ("*(u32 *)(r10 + NEGATIVE) = 1", "*(u32 *)(r10 - 8) = 1"),
        ("r1 = 0b101", "r1 = 5"),
        ("R1 = R2", "r1 = r2"),
        ("return", "exit"),
    ],
)
def test_names_and_expressions(line: str, same: str) -> None:
    assert hexadecimal(line) == hexadecimal(same)


def test_comments_and_blanks() -> None:
    text = "  r0 = 0 ; zero\n\n// nothing\n# nothing\nr0 += /* one */ 1  # more\n/* exit\nexit */ exit // end"
    assert pack(program(text).slots) == pack(program("r0 = 0\nr0 += 1\nexit").slots)


def test_a_label_may_have_a_keywords_name() -> None:
    found = program("goto exit\njeq r1, 0, add\nif r1 == 0 goto call\nadd:\ncall: r0 = 0\nexit: exit")
    assert [getattr(insn, "off", None) for insn in found.insns[:3]] == [3, 1, 0]
    assert found.labels == {"add": 3, "call": 3, "exit": 4}


def test_local_labels_count_both_ways() -> None:
    found = program("1: r0 = 0\nif r0 == 0 goto 1f\ngoto 1b\n1: goto 1b\nexit")
    assert [getattr(insn, "off", None) for insn in found.insns[1:4]] == [1, -3, -1]


def test_the_last_exit_is_a_label_without_being_written() -> None:
    assert [getattr(insn, "off", None) for insn in program("ja exit\nexit\nr0 = 0\nexit").insns[:1]] == [2]


LISTINGS = {
    "llvm-objdump": """
prog.o:	file format elf64-bpf

Disassembly of section xdp:

0000000000000000 <entry>:
       0:	b7 00 00 00 02 00 00 00	r0 = 0x2
       1:	18 01 00 00 05 00 00 00 00 00 00 00 00 00 00 00	r1 = 0x5 ll
		0000000000000008:  R_BPF_64_64	.rodata
       3:	15 01 01 00 00 00 00 00	if r1 == 0x0 goto +0x1 <entry+0x28>
       4:	05 00 ff ff 00 00 00 00	goto -0x1 <L0>
       5:	95 00 00 00 00 00 00 00	exit
""",
    "bpftool": """
   0: (b7) r0 = 2
   1: (18) r1 = 0x5
   3: (15) if r1 == 0x0 goto pc+1
   4: (05) goto pc-1
   5: (95) exit
""",
    "the verifier's log": """
0: R1=ctx() R10=fp0
0: (b7) r0 = 2                        ; R0=2
1: (18) r1 = 0x5                      ; R1=5
3: (15) if r1 == 0x0 goto pc+1        ; R1=5
4: (05) goto pc-1
5: (95) exit
""",
    "the table of live registers": """
      0: .......... (b7) r0 = 2
      1: 0......... (18) r1 = 0x5
  1   3: 01........ (15) if r1 == 0x0 goto pc+1
  1   4: 01........ (05) goto pc-1
      5: 0......... (95) exit
""",
}


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_dumps_assemble_as_they_were_printed(listing: str) -> None:
    same = program("r0 = 2\nr1 = 5 ll\nif r1 == 0 goto +1\ngoto -1\nexit")
    assert program(listing).slots == same.slots
