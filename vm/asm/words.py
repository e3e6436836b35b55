"""The words of both syntaxes: one row per mnemonic or keyword, with its kind's letter and its meaning."""

from collections.abc import Mapping
from types import MappingProxyType

from vm.isa import AluOp, AtomicOp, EndianOp, JumpOp, Size

IF, GOTO, GOTOL, MAY_GOTO, EXIT, CALL, CALLX, LOCK, LL, SKB = "i", "g", "G", "y", "e", "c", "k", "l", "L", "b"
FETCH, XCHG, CMPXCHG, XCHG_LLVM, CMPXCHG_LLVM = "F", "x", "K", "o", "O"
ACQUIRE, RELEASE, ENDIAN, CAST, PC = "a", "s", "E", "Z", "P"
ALU2, NEGATE, LDDW, LDX, STI, STX, JUMP2, JA, LDABS, LDIND, PSEUDO = (
    "M",
    "U",
    "D",
    "d",
    "u",
    "v",
    "J",
    "j",
    "n",
    "m",
    "p",
)

KEYWORDS: Mapping[str, str] = MappingProxyType({
    "if": IF, "goto": GOTO, "gotol": GOTOL, "may_goto": MAY_GOTO, "exit": EXIT, "return": EXIT, "call": CALL,
    "callx": CALLX, "lock": LOCK, "ll": LL, "skb": SKB, "pc": PC, "load_acquire": ACQUIRE,
    "store_release": RELEASE, "addr_space_cast": CAST, "lddw": LDDW, "ja": JA, "ja32": JA,
    "ld_pseudo": PSEUDO,
})  # fmt: skip

_SIZES = {"b": Size.B, "h": Size.H, "w": Size.W, "dw": Size.DW}

ALU_WORDS: Mapping[str, tuple[AluOp, int]] = MappingProxyType({
    **{f"{op}{suffix}": (op, bits) for op in AluOp if not op.startswith("movsx")
       for suffix, bits in (("", 64), ("64", 64), ("32", 32))},
    "movsx832": (AluOp.MOVSX8, 32), "movsx1632": (AluOp.MOVSX16, 32), "movsx864": (AluOp.MOVSX8, 64),
    "movsx1664": (AluOp.MOVSX16, 64), "movsx3264": (AluOp.MOVSX32, 64),
})  # fmt: skip
"""Mnemonics of two-operand arithmetic: operation and width."""

NEG_WORDS: Mapping[str, int] = MappingProxyType({"neg": 64, "neg64": 64, "neg32": 32})

ENDIAN_WORDS: Mapping[str, tuple[EndianOp, int]] = MappingProxyType({
    **{f"{op}{bits}": (op, bits) for op in EndianOp for bits in (16, 32, 64)},
    **{f"swap{bits}": (EndianOp.BSWAP, bits) for bits in (16, 32, 64)},
})  # fmt: skip
"""Byte-order words of both syntaxes; uBPF also says ``swap16``."""

JUMP_WORDS: Mapping[str, tuple[JumpOp, int]] = MappingProxyType({
    f"{op}{suffix}": (op, bits) for op in JumpOp for suffix, bits in (("", 64), ("32", 32))
})  # fmt: skip

LDX_WORDS: Mapping[str, tuple[Size, bool]] = MappingProxyType({
    **{f"ldx{suffix}": (size, False) for suffix, size in _SIZES.items()},
    **{f"ldxs{suffix}": (size, True) for suffix, size in _SIZES.items() if size is not Size.DW},
})  # fmt: skip
ST_WORDS: Mapping[str, Size] = MappingProxyType({f"st{suffix}": size for suffix, size in _SIZES.items()})
STX_WORDS: Mapping[str, Size] = MappingProxyType({f"stx{suffix}": size for suffix, size in _SIZES.items()})
LDABS_WORDS: Mapping[str, Size] = MappingProxyType(
    {f"ldabs{s}": size for s, size in _SIZES.items() if s != "dw"}
)
LDIND_WORDS: Mapping[str, Size] = MappingProxyType(
    {f"ldind{s}": size for s, size in _SIZES.items() if s != "dw"}
)

LOCK_WORDS: Mapping[str, tuple[AtomicOp, bool, Size]] = MappingProxyType({
    f"{fetch}{op}{suffix}": (op, bool(fetch) or op in (AtomicOp.XCHG, AtomicOp.CMPXCHG), size)
    for op in AtomicOp for fetch in ("", "fetch_")
    if not (fetch and op in (AtomicOp.XCHG, AtomicOp.CMPXCHG))
    for suffix, size in (("", Size.DW), ("64", Size.DW), ("32", Size.W))
})  # fmt: skip
"""What may follow the mnemonic ``lock``: operation, whether the old value is fetched, width."""

_FETCHES = (AtomicOp.ADD, AtomicOp.OR, AtomicOp.AND, AtomicOp.XOR)
FETCH_WORDS: Mapping[str, AtomicOp] = MappingProxyType(
    {f"atomic{width}_fetch_{op}": op for op in _FETCHES for width in ("", "64")}
)
XCHG_WORDS: Mapping[str, Size] = MappingProxyType({"atomic_xchg": Size.W, "atomic64_xchg": Size.DW})
CMPXCHG_WORDS: Mapping[str, Size] = MappingProxyType({"atomic_cmpxchg": Size.W, "atomic64_cmpxchg": Size.DW})

KINDS: Mapping[str, str] = MappingProxyType({
    **KEYWORDS,
    **dict.fromkeys(ALU_WORDS, ALU2), **dict.fromkeys(NEG_WORDS, NEGATE),
    **dict.fromkeys(ENDIAN_WORDS, ENDIAN), **dict.fromkeys(JUMP_WORDS, JUMP2),
    **dict.fromkeys(LDX_WORDS, LDX), **dict.fromkeys(ST_WORDS, STI), **dict.fromkeys(STX_WORDS, STX),
    **dict.fromkeys(LDABS_WORDS, LDABS), **dict.fromkeys(LDIND_WORDS, LDIND),
    **dict.fromkeys(FETCH_WORDS, FETCH), **dict.fromkeys(XCHG_WORDS, XCHG),
    **dict.fromkeys(CMPXCHG_WORDS, CMPXCHG),
    "xchg_64": XCHG_LLVM, "xchg32_32": XCHG_LLVM, "cmpxchg_64": CMPXCHG_LLVM, "cmpxchg32_32": CMPXCHG_LLVM,
})  # fmt: skip
"""The kind of every word that means something."""

WORDS: frozenset[str] = frozenset(KINDS)
