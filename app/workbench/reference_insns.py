"""The instructions that are rows of no table: how each is written, and what it does."""

from app.schemas.reference import InsnRef

_ROWS = """
neg | r1 = -r1 | neg r1 | Change the sign.
be16 | r1 = be16 r1 | be16 r1 | To big endian: network order to host order and back. Also be32 and be64.
le16 | r1 = le16 r1 | le16 r1 | To little endian: cuts to 16 bits here. Also le32 and le64.
bswap16 | r1 = bswap16 r1 | bswap16 r1 | Reverse the bytes. Also bswap32 and bswap64.
ldx | r1 = *(u32 *)(r2 + 4) | ldxw r1, [r2+4] | Load from memory, zero-extended. u8, u16, u32, u64.
ldxs | r1 = *(s16 *)(r2 + 4) | ldxsh r1, [r2+4] | Load from memory, sign-extended. s8, s16, s32.
stx | *(u32 *)(r1 + 4) = r2 | stxw [r1+4], r2 | Store a register.
st | *(u32 *)(r1 + 4) = 7 | stw [r1+4], 7 | Store a constant.
lddw | r1 = 0x1122334455667788 ll | lddw r1, 0x1122334455667788 | Load a 64-bit constant, two slots.
map | r1 = counts ll | lddw r1, counts | Load the address of a map.
atomic | lock *(u64 *)(r1 + 0) += r2 | lock add [r1+0], r2 | Change memory in one indivisible step.
fetch | r2 = atomic_fetch_add((u64 *)(r1 + 0), r2) | lock fetch add [r1+0], r2 | The same, with the old value.
goto | goto label | ja label | Jump always.
may_goto | may_goto label | may_goto label | Stay in a loop until its budget is used up.
call | call bpf_map_lookup_elem | call 1 | Call a helper: arguments in r1 to r5, answer in r0.
callfn | call function | call local function | Call a function of this program.
exit | exit | exit | Return r0 to the caller, or end the program.
ldabs | r0 = *(u16 *)skb[12] | ldabsh 12 | Read the packet in host order; outside it the program ends.
"""


def _row(line: str) -> InsnRef:
    name, syntax, mnemonic, doc = (cell.strip() for cell in line.split(" | "))
    return InsnRef(name=name, syntax=syntax, mnemonic=mnemonic, doc=doc)


OTHERS = tuple(map(_row, _ROWS.strip().splitlines()))
