"""Asks the kernel which program types may call which helper, and with which licence."""

from tests.oracle import kernel
from vm.encoding import encode, pack
from vm.instruction import Alu, Call, Exit, Imm
from vm.isa import AluOp, CallKind
from vm.uapi.attach_types import AttachType
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType

SLEEPABLE = 16
_ATTACH = {
    ProgType.CGROUP_SOCK_ADDR: AttachType.CGROUP_INET4_CONNECT,
    ProgType.CGROUP_SOCKOPT: AttachType.CGROUP_SETSOCKOPT,
    ProgType.SK_LOOKUP: AttachType.SK_LOOKUP,
    ProgType.NETFILTER: AttachType.NETFILTER,
}
_NOT_LOADED = frozenset(
    {
        ProgType.UNSPEC,
        ProgType.LIRC_MODE2,
        ProgType.TRACING,
        ProgType.STRUCT_OPS,
        ProgType.EXT,
        ProgType.LSM,
        ProgType.RAW_TRACEPOINT_WRITABLE,
    }
)
ASKED = tuple(kind for kind in ProgType if kind not in _NOT_LOADED)
"""The program types a kernel can be asked about without a function to attach to."""
_REFUSALS = ("unknown func", "cannot use helper")


def _call(helper: HelperId, kind: ProgType, licence: str) -> str:
    insns = (Call(CallKind.HELPER, helper), Alu(AluOp.MOV, 64, 0, Imm(0)), Exit())
    code = pack(slot for insn in insns for slot in encode(insn))
    loaded = kernel.load(
        code,
        kind,
        license=licence,
        expected_attach_type=_ATTACH.get(kind, AttachType(0)),
        flags=SLEEPABLE if kind is ProgType.SYSCALL else 0,
    )
    loaded.close()
    return loaded.log


def may_call(helper: HelperId, kind: ProgType) -> bool:
    """Whether a program of that type may call the helper, GPL or not."""
    return not any(refusal in _call(helper, kind, "GPL") for refusal in _REFUSALS)


def ask() -> dict[str, list[object]]:
    """Per helper: labels of the program types that may call it, and whether they must be GPL."""
    found: dict[str, list[object]] = {}
    for helper in HelperId:
        kinds = [kind for kind in ASKED if may_call(helper, kind)]
        gpl = bool(kinds) and "GPL-restricted" in _call(helper, kinds[0], "MIT")
        found[helper.name] = [[kind.label for kind in kinds], gpl]
    return found
