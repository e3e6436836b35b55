"""The structural rules of Linux 6.18, one row each: the kernel's words and the words for a learner.

``message`` is the line of the verifier log, ``what`` and ``hint`` what a learner reads; all three may name
details of the rejection in braces. Source: the answers of a 6.18 kernel (tests/golden/record_structure.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from vm.uapi.errno import Errno


class Category(StrEnum):
    """What a structural rule is about."""

    SIZE = "size"
    CALLS = "calls"
    JUMPS = "jumps"
    ENCODING = "encoding"
    MAPS = "maps"
    REGISTERS = "registers"
    ARITHMETIC = "arithmetic"
    PROGRAM_TYPE = "program-type"


class Kind(StrEnum):
    """The rules, in the order in which the kernel looks at them."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    CALL_OUTSIDE = "call-outside"
    TOO_MANY_SUBPROGRAMS = "too-many-subprograms"
    JUMP_OUT_OF_RANGE = "jump-out-of-range"
    LAST_INSTRUCTION = "last-instruction"
    LD_ABS_IN_SUBPROGRAM = "ld-abs-in-subprogram"
    TAIL_CALL_IN_SUBPROGRAM = "tail-call-in-subprogram"
    LDX_RESERVED = "ldx-reserved"
    LD_IMM64_INVALID = "ld-imm64-invalid"
    LD_IMM64_UNRECOGNIZED = "ld-imm64-unrecognized"
    BTF_MODULE = "btf-module"
    BTF_NOT_A_VARIABLE = "btf-not-a-variable"
    MAP_INDEX_WITHOUT_ARRAY = "map-index-without-array"
    NOT_A_MAP = "not-a-map"
    VALUE_OFFSET_TOO_LARGE = "value-offset-too-large"
    NO_DIRECT_VALUE = "no-direct-value"
    VALUE_OFFSET_OUTSIDE = "value-offset-outside"
    VALUE_OF_MANY = "value-of-many"
    UNKNOWN_OPCODE = "unknown-opcode"
    UNREACHABLE = "unreachable"
    JUMP_INTO_LD_IMM64 = "jump-into-ld-imm64"
    ALU_RESERVED = "alu-reserved"
    MOV_RESERVED = "mov-reserved"
    NEG_RESERVED = "neg-reserved"
    END_RESERVED = "end-reserved"
    ADDRESS_SPACES = "address-spaces"
    NO_ARENA = "no-arena"
    DIVISION_BY_ZERO = "division-by-zero"
    SHIFT_TOO_FAR = "shift-too-far"
    ST_RESERVED = "st-reserved"
    STX_RESERVED = "stx-reserved"
    ATOMIC_OPCODE = "atomic-opcode"
    ATOMIC_SIZE = "atomic-size"
    JA_RESERVED = "ja-reserved"
    JMP_RESERVED = "jmp-reserved"
    MAY_GOTO_FIELDS = "may-goto-fields"
    CALL_RESERVED = "call-reserved"
    EXIT_RESERVED = "exit-reserved"
    LD_IMM64_RESERVED = "ld-imm64-reserved"
    LD_ABS_NOT_ALLOWED = "ld-abs-not-allowed"
    LD_ABS_RESERVED = "ld-abs-reserved"
    NO_SUCH_REGISTER = "no-such-register"
    FRAME_POINTER = "frame-pointer"
    NO_FUNC_INFO = "no-func-info"
    CALLS_TOO_DEEP = "calls-too-deep"
    CALL_CHAIN_TOO_DEEP = "call-chain-too-deep"


@dataclass(frozen=True, slots=True)
class Rule:
    """One structural rule. ``walked`` rules hold only for instructions that the verifier comes to."""

    errno: Errno
    message: str
    category: Category
    what: str
    hint: str
    walked: bool = False


def _early(message: str, category: Category, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(errno, message, category, what, hint)


def _walked(message: str, category: Category, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(errno, message, category, what, hint, walked=True)


def _reserved(name: str, what: str, fields: str) -> Rule:
    """A rule about fields that an instruction does not use."""
    hint = f"set {fields} to 0; written as assembly text the instruction comes out right"
    return _walked(f"{name} uses reserved fields", Category.ENCODING, f"pc {{pc}}: {what}", hint)


_PROGRAM: Mapping[Kind, Rule] = {
    Kind.EMPTY: _early(
        "",
        Category.SIZE,
        "The program has no instructions.",
        "begin with `r0 = 0` and `exit`",
        Errno.E2BIG,
    ),
    Kind.TOO_LONG: _early(
        "",
        Category.SIZE,
        "The program has {count} slots; Linux takes at most {limit}.",
        "split the work into several programs joined by tail calls, or use a loop",
        Errno.E2BIG,
    ),
    Kind.CALL_OUTSIDE: _early(
        "call to invalid destination",
        Category.CALLS,
        "pc {pc} calls or points to a function at pc {target}, and the program has only pc 0 to {last}.",
        "the offset counts 8-byte slots from the instruction behind the call; calling a label is safer",
    ),
    Kind.TOO_MANY_SUBPROGRAMS: _early(
        "too many subprograms",
        Category.CALLS,
        "The function at pc {target}, used at pc {pc}, is one more than the {limit} a program may have.",
        "write some of the functions out where they are used, or split the program by tail calls",
        Errno.E2BIG,
    ),
    Kind.JUMP_OUT_OF_RANGE: _early(
        "jump out of range from insn {pc} to {target}",
        Category.JUMPS,
        "The jump at pc {pc} goes to pc {target}; its function has only pc {first} to {last}.",
        "the offset counts 8-byte slots from behind the jump; a jump cannot leave its function",
    ),
    Kind.LAST_INSTRUCTION: _early(
        "last insn is not an exit or jmp",
        Category.JUMPS,
        "The function ends at pc {pc} without `exit`: control would run on into what is not part of it.",
        "end every function with `exit` or with an unconditional `goto` back into it",
    ),
    Kind.LD_ABS_IN_SUBPROGRAM: _early(
        "LD_ABS is not allowed in subprogs without BTF",
        Category.CALLS,
        "pc {pc} reads the packet in the legacy way inside a called function; a packet too short would "
        "end the program from there, which Linux allows only in functions whose type it knows.",
        "read the packet in the main function, or use bpf_skb_load_bytes in this one",
    ),
    Kind.TAIL_CALL_IN_SUBPROGRAM: _early(
        "tail_call is not allowed in subprogs without BTF",
        Category.CALLS,
        "pc {pc} makes a tail call inside a called function, which Linux allows only where it knows the "
        "function's type.",
        "make the tail call in the main function",
    ),
}

_SLOTS: Mapping[Kind, Rule] = {
    Kind.LDX_RESERVED: _early(
        "BPF_LDX uses reserved fields",
        Category.ENCODING,
        "pc {pc}: this load has a mode that does not exist or a number in imm, which loads do not use.",
        "set imm to 0 and use mode MEM (0x60) or, to extend the sign, MEMSX (0x80)",
    ),
    Kind.LD_IMM64_INVALID: _early(
        "invalid bpf_ld_imm64 insn",
        Category.ENCODING,
        "pc {pc}: a 64-bit constant takes two slots, and the second must be all zero but for its imm.",
        "write `r1 = 5 ll`, which makes both slots, and check that nothing jumps or was cut between them",
    ),
    Kind.LD_IMM64_UNRECOGNIZED: _early(
        "unrecognized bpf_ld_imm64 insn",
        Category.ENCODING,
        "pc {pc}: src = {src} gives the 64-bit constant a meaning that Linux does not know in this form.",
        "src is 0 for a number, 1 for a map (the second imm is 0), 2 for a map's value, 4 for a function",
    ),
    Kind.BTF_MODULE: _early(
        "invalid module BTF object FD specified.",
        Category.MAPS,
        "pc {pc}: the second imm should be the descriptor of a kernel module's types, and {fd} is none.",
        "set the second imm to 0 to name a variable of the kernel itself",
    ),
    Kind.BTF_NOT_A_VARIABLE: _early(
        "pseudo btf_id {id} in ldimm64 isn't KIND_VAR or KIND_FUNC",
        Category.MAPS,
        "pc {pc}: type number {id} names neither a variable nor a function of the kernel.",
        "let a loader that reads the kernel's types fill in the number",
    ),
    Kind.MAP_INDEX_WITHOUT_ARRAY: _early(
        "fd_idx without fd_array is invalid",
        Category.MAPS,
        "pc {pc} names a map by its place in a list, and the program was given no such list.",
        "use src = 1 (map) or 2 (map value) instead of 5 or 6",
        Errno.EPROTO,
    ),
    Kind.NOT_A_MAP: _early(
        "fd {fd} is not pointing to valid bpf_map",
        Category.MAPS,
        "pc {pc} refers to map number {fd}, and the program has {count}.",
        "declare the map with `.map`, and refer to it by name",
        Errno.EBADF,
    ),
    Kind.VALUE_OFFSET_TOO_LARGE: _early(
        "direct value offset of {offset} is not allowed",
        Category.MAPS,
        "pc {pc} points {offset} bytes into a map value; no offset may reach 2^29.",
        "point to the start of the value and add the offset in the program",
    ),
    Kind.NO_DIRECT_VALUE: _early(
        "no direct value access support for this map type",
        Category.MAPS,
        "pc {pc} points straight into a value of map `{map}`; only an array's value stays at one place.",
        "call bpf_map_lookup_elem, or make the map an array of one entry",
    ),
    Kind.VALUE_OFFSET_OUTSIDE: _early(
        "invalid access to map value pointer, value_size={size} off={offset}",
        Category.MAPS,
        "pc {pc} points to byte {offset} of a value of map `{map}`, which has {size} bytes.",
        "the offset must be smaller than the value",
    ),
    Kind.VALUE_OF_MANY: _early(
        "invalid access to map value pointer, value_size={size} off={offset}",
        Category.MAPS,
        "pc {pc} points straight into map `{map}`, which has {entries} entries; only one is allowed.",
        "call bpf_map_lookup_elem, or make one entry with a larger value",
        Errno.ENOTSUPP,
    ),
    Kind.UNKNOWN_OPCODE: _early(
        "unknown opcode {opcode:02x}",
        Category.ENCODING,
        "pc {pc}: 0x{opcode:02x} is not the opcode of any instruction.",
        "check that the bytes are eBPF, little endian, and begin at a slot",
    ),
    Kind.UNREACHABLE: _early(
        "unreachable insn {pc}",
        Category.JUMPS,
        "Nothing leads to pc {pc}: the instruction before it never falls through, and no jump goes there.",
        "remove the instructions, or jump to them; a function counts as reached only when something calls it",
    ),
    Kind.JUMP_INTO_LD_IMM64: _early(
        "jump into the middle of ldimm64 insn {pc}",
        Category.JUMPS,
        "A jump leads into the second slot of the 64-bit constant at pc {pc}, which is no instruction.",
        "jump to the constant itself or behind it: it takes two slots, and offsets count slots",
    ),
}

_FIELDS: Mapping[Kind, Rule] = {
    Kind.ALU_RESERVED: _reserved(
        "BPF_ALU",
        "this arithmetic has a number in a field it does not use: off, or the one of src and imm that is "
        "no operand.",
        "the unused fields (off = 1 is for signed division only)",
    ),
    Kind.MOV_RESERVED: _reserved(
        "BPF_MOV",
        "this copy has a number in a field it does not use; off may only say how many bits to sign-extend.",
        "the unused fields (off is 8, 16 or 32 to extend the sign of a register)",
    ),
    Kind.NEG_RESERVED: _reserved("BPF_NEG", "negation uses dst only.", "src, off and imm"),
    Kind.END_RESERVED: _reserved(
        "BPF_END",
        "a byte swap uses dst, and imm = 16, 32 or 64 for the width.",
        "src and off",
    ),
    Kind.ST_RESERVED: _reserved("BPF_ST", "storing a constant does not use src.", "src"),
    Kind.STX_RESERVED: _reserved("BPF_STX", "storing a register does not use imm.", "imm"),
    Kind.JA_RESERVED: _reserved(
        "BPF_JA",
        "`goto` uses only its offset: off, or imm in the long form.",
        "all other fields",
    ),
    Kind.JMP_RESERVED: _reserved(
        "BPF_JMP/JMP32",
        "a comparison has one right side, and the field of the other (src or imm) is not 0.",
        "the one it does not compare with",
    ),
    Kind.CALL_RESERVED: _reserved(
        "BPF_CALL",
        "a call uses imm for what it calls and src (0, 1 or 2) for what that means.",
        "dst and off",
    ),
    Kind.EXIT_RESERVED: _reserved("BPF_EXIT", "`exit` uses none of its fields.", "dst, src and imm"),
    Kind.LD_IMM64_RESERVED: _reserved("BPF_LD_IMM64", "a 64-bit constant does not use off.", "off"),
    Kind.LD_ABS_RESERVED: _reserved(
        "BPF_LD_[ABS|IND]",
        "legacy packet access uses imm, and src only when the offset is in a register.",
        "dst, off and an unused src",
    ),
}

_WALKED: Mapping[Kind, Rule] = {
    Kind.ADDRESS_SPACES: _walked(
        "addr_space_cast insn can only convert between address space 1 and 0",
        Category.ENCODING,
        "pc {pc}: a cast between address spaces has imm 1 (from 1 to 0) or 0x10000 (from 0 to 1).",
        "set off to 0 if a plain copy was meant",
    ),
    Kind.NO_ARENA: _walked(
        "addr_space_cast insn can only be used in a program that has an associated arena",
        Category.MAPS,
        "pc {pc} casts between address spaces, and the program uses no arena map.",
        "set off to 0 if a plain copy was meant",
    ),
    Kind.DIVISION_BY_ZERO: _walked(
        "div by zero",
        Category.ARITHMETIC,
        "pc {pc} divides by the constant 0.",
        "divide by another constant; by a register that may be 0 is fine, the result is then 0",
    ),
    Kind.SHIFT_TOO_FAR: _walked(
        "invalid shift {count}",
        Category.ARITHMETIC,
        "pc {pc} shifts {bits} bits by {count}; a constant shift goes from 0 to {last}.",
        "shift by less, or write the result as a constant",
    ),
    Kind.ATOMIC_OPCODE: _walked(
        "BPF_ATOMIC uses invalid atomic opcode {code:02x}",
        Category.ENCODING,
        "pc {pc}: imm = 0x{code:02x} names no atomic operation.",
        "imm is 0 (add), 0x40 (or), 0x50 (and), 0xa0 (xor), each +1 to fetch, 0xe1 (exchange), 0xf1 (compare "
        "and exchange), 0x100 (load-acquire) or 0x110 (store-release)",
    ),
    Kind.ATOMIC_SIZE: _walked(
        "invalid atomic operand size",
        Category.ENCODING,
        "pc {pc}: atomic arithmetic works on 4 or 8 bytes, not on {size}.",
        "use a u32 or u64",
    ),
    Kind.MAY_GOTO_FIELDS: _walked(
        "invalid may_goto imm {imm}",
        Category.ENCODING,
        "pc {pc}: `may_goto` uses only off.",
        "set dst, src and imm to 0",
    ),
    Kind.LD_ABS_NOT_ALLOWED: _walked(
        "BPF_LD_[ABS|IND] instructions not allowed for this program type",
        Category.PROGRAM_TYPE,
        "pc {pc} reads the packet in the legacy way, which only socket filters and tc programs may.",
        "read it through data and data_end, or with a helper such as bpf_skb_load_bytes",
    ),
    Kind.NO_SUCH_REGISTER: _walked(
        "R{register} is invalid",
        Category.REGISTERS,
        "pc {pc} names register {register}; there are r0 to r10.",
        "use r0 to r9, or r10 to address the stack",
    ),
    Kind.FRAME_POINTER: _walked(
        "frame pointer is read only",
        Category.REGISTERS,
        "pc {pc} writes to r10, which always points to the end of the stack frame.",
        "copy it first: `r2 = r10`, then `r2 += -8`",
        Errno.EACCES,
    ),
    Kind.NO_FUNC_INFO: _walked(
        "missing btf func_info",
        Category.CALLS,
        "pc {pc} takes the address of a function; Linux then wants to know the types of all functions.",
        "load the program with BTF function information, as libbpf does",
    ),
    Kind.CALLS_TOO_DEEP: _walked(
        "the call stack of 9 frames is too deep",
        Category.CALLS,
        "The call at pc {pc} would be the ninth function running at once; Linux keeps at most 8 frames.",
        "call fewer functions from within functions; recursion always ends here, so use a loop",
        Errno.E2BIG,
    ),
    Kind.CALL_CHAIN_TOO_DEEP: _walked(
        "the call stack of 8 frames is too deep !",
        Category.CALLS,
        "Through the call at pc {pc} nine functions could run at once, even if no run gets there.",
        "call fewer functions from within functions; recursion is refused even in code that never runs",
        Errno.E2BIG,
    ),
}

RULES: Mapping[Kind, Rule] = MappingProxyType({**_PROGRAM, **_SLOTS, **_FIELDS, **_WALKED})
