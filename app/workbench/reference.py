"""The reference: the simulator's own tables as one message."""

from app.schemas.reference import ConstantRef, FieldRef, HelperRef, HookRef, InsnRef, MapRef, Reference
from vm.helpers.table import HELPERS
from vm.isa import ALU, JUMP
from vm.kernel.hooks import HOOKS
from vm.uapi.constants import CONSTANTS
from vm.uapi.map_types import MapType
from vm.uapi.structs import STRUCTS


def reference() -> str:
    """All tables as JSON."""
    return Reference(
        constants=[
            ConstantRef(name=c.name, value=c.value, group=c.group, doc=c.doc) for c in CONSTANTS.values()
        ],
        fields=[
            FieldRef(
                path=f"{struct.name}.{field.name}",
                offset=field.offset,
                size=field.size,
                kind=field.kind.value,
                doc=field.doc,
            )
            for struct in STRUCTS.values()
            for field in struct.fields
        ],
        helpers=[
            HelperRef(
                id=helper.id,
                name=f"bpf_{helper.id.name.lower()}",
                signature=helper.signature,
                doc=helper.doc,
                hooks=_hooks_of(helper.prog_types),
                gpl_only=helper.gpl_only,
            )
            for helper in HELPERS.values()
        ],
        instructions=_instructions(),
        hooks=[
            HookRef(
                id=hook.id,
                title=hook.title,
                prog_type=hook.prog_type.label,
                context=hook.context,
                doc=hook.doc,
                kernel=hook.kernel,
                verdicts=[verdict.name for verdict in hook.verdicts],
            )
            for hook in HOOKS.values()
        ],
        maps=[MapRef(name=kind.label, doc=kind.doc) for kind in MapType],
    ).model_dump_json()


def _hooks_of(prog_types: frozenset[object] | None) -> list[str]:
    return [hook.id for hook in HOOKS.values() if prog_types is None or hook.prog_type in prog_types]


def _instructions() -> list[InsnRef]:
    arithmetic = [
        InsnRef(name=op.value, syntax=f"r1 {spec.symbol} r2", mnemonic=f"{op.value} r1, r2", doc=spec.doc)
        for op, spec in ALU.items()
    ]
    jumps = [
        InsnRef(
            name=op.value,
            syntax=f"if r1 {spec.symbol} r2 goto label",
            mnemonic=f"{op.value} r1, r2, label",
            doc=f"Jump if {spec.doc}.",
        )
        for op, spec in JUMP.items()
    ]
    return [*arithmetic, *jumps, *_OTHERS]


_OTHERS = tuple(
    InsnRef(name=name, syntax=syntax, mnemonic=mnemonic, doc=doc)
    for name, syntax, mnemonic, doc in (
        ("neg", "r1 = -r1", "neg r1", "Change the sign."),
        ("be16", "r1 = be16 r1", "be16 r1", "To big endian: network order to host order and back. Also be32 and be64."),
        ("le16", "r1 = le16 r1", "le16 r1", "To little endian: cuts to 16 bits here. Also le32 and le64."),
        ("bswap16", "r1 = bswap16 r1", "bswap16 r1", "Reverse the bytes. Also bswap32 and bswap64."),
        ("ldx", "r1 = *(u32 *)(r2 + 4)", "ldxw r1, [r2+4]", "Load from memory, zero-extended. u8, u16, u32, u64."),
        ("ldxs", "r1 = *(s16 *)(r2 + 4)", "ldxhs r1, [r2+4]", "Load from memory, sign-extended. s8, s16, s32."),
        ("stx", "*(u32 *)(r1 + 4) = r2", "stxw [r1+4], r2", "Store a register."),
        ("st", "*(u32 *)(r1 + 4) = 7", "stw [r1+4], 7", "Store a constant."),
        ("lddw", "r1 = 0x1122334455667788 ll", "lddw r1, 0x1122334455667788", "Load a 64-bit constant, two slots."),
        ("map", "r1 = counts ll", "lddw r1, map counts", "Load the address of a map."),
        ("atomic", "lock *(u64 *)(r1 + 0) += r2", "lock add [r1+0], r2", "Change memory in one indivisible step."),
        ("fetch", "r2 = atomic_fetch_add((u64 *)(r1 + 0), r2)", "lock fetch add [r1+0], r2", "The same, and get the old value."),
        ("goto", "goto label", "ja label", "Jump always."),
        ("may_goto", "may_goto label", "may_goto label", "Stay in a loop until its budget is used up."),
        ("call", "call bpf_map_lookup_elem", "call 1", "Call a helper: arguments in r1 to r5, answer in r0."),
        ("callfn", "call function", "call local function", "Call a function of this program."),
        ("exit", "exit", "exit", "Return r0 to the caller, or end the program."),
        ("ldabs", "r0 = *(u16 *)skb[12]", "ldabsh 12", "Read the packet, in host order; ends the program outside it."),
    )
)  # fmt: skip
