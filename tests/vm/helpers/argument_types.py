"""Asks the kernel what each argument of each helper may be: one program per argument and kind of value."""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.oracle import kernel
from vm.encoding import encode, pack
from vm.helpers.api import Arg, Helper
from vm.helpers.table import HELPERS
from vm.instruction import Alu, Call, Exit, Imm, Instruction, Jump, Load, LoadImm64, Reg, Store
from vm.isa import AluOp, CallKind, ImmKind, JumpOp, Size
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType
from vm.uapi.prog_types import ProgType

ROOM = 64
"""Bytes of memory each argument has, and of packet that were checked."""
SPECIAL = frozenset(
    {
        Arg.FUNC, Arg.SPIN_LOCK, Arg.RINGBUF_MEM, Arg.CONST_STR, Arg.SOCK_RELEASE, Arg.SOCK_COMMON,
        Arg.BTF_SOCK_COMMON, Arg.BTF_ID, Arg.DYNPTR, Arg.DYNPTR_LOCAL_UNINIT, Arg.DYNPTR_RINGBUF_UNINIT,
        Arg.DYNPTR_RELEASE,
    }
)  # fmt: skip
"""Arguments that need more around them than a call."""
MAPS = (
    MapSpec("hash", MapType.HASH, 4, 8, 4),
    MapSpec("ring", MapType.RINGBUF, 0, 0, 4096),
    MapSpec("devices", MapType.DEVMAP, 4, 4, 4),
    MapSpec("queue", MapType.QUEUE, 0, 8, 4),
    MapSpec("events", MapType.PERF_EVENT_ARRAY, 4, 4, 2),
    MapSpec("programs", MapType.PROG_ARRAY, 4, 4, 2),
    MapSpec("own", MapType.PERCPU_ARRAY, 4, 8, 2),
    MapSpec("stacks", MapType.STACK_TRACE, 4, 80, 2),
)
_MAP_OF = {
    HelperId.REDIRECT_MAP: 2,
    HelperId.MAP_PUSH_ELEM: 3,
    HelperId.MAP_POP_ELEM: 3,
    HelperId.MAP_PEEK_ELEM: 3,
    HelperId.PERF_EVENT_OUTPUT: 4,
    HelperId.PERF_EVENT_READ: 4,
    HelperId.PERF_EVENT_READ_VALUE: 4,
    HelperId.GET_STACKID: 7,
    HelperId.TAIL_CALL: 5,
    HelperId.MAP_LOOKUP_PERCPU_ELEM: 6,
    HelperId.RINGBUF_OUTPUT: 1,
    HelperId.RINGBUF_QUERY: 1,
}
_KINDS = (ProgType.SCHED_CLS, ProgType.XDP, ProgType.KPROBE)
"""The types to ask in: the first that may call the helper. Probes have no packet."""
SUBSTITUTES = ("scalar", "null", "stack", "ctx", "map", "packet")
_SPECIAL_ROWS = frozenset(
    {
        HelperId.RINGBUF_RESERVE, HelperId.SK_LOOKUP_TCP, HelperId.SK_LOOKUP_UDP, HelperId.SKC_LOOKUP_TCP,
        HelperId.COPY_FROM_USER,
    }
)  # fmt: skip
"""Helpers whose result has to be given back, and those of programs that may sleep."""
SIZES = frozenset({Arg.CONST_SIZE, Arg.CONST_SIZE_OR_ZERO})


def asked() -> Iterator[Helper]:
    """The helpers whose arguments can be asked about."""
    for row in HELPERS.values():
        askable = row.prog_types is None or row.prog_types & set(_KINDS)
        if askable and row.args and not SPECIAL & set(row.args) and row.id not in _SPECIAL_ROWS:
            yield row


def kind_for(row: Helper) -> ProgType:
    """The program type to ask in."""
    return next(kind for kind in _KINDS if row.prog_types is None or kind in row.prog_types)


@dataclass(frozen=True, slots=True)
class Question:
    """A call of a helper in a program of type ``kind``."""

    row: Helper
    kind: ProgType

    def code(self, place: int = -1, substitute: str = "", *, use_packet: bool = False) -> bytes:
        """The program whose argument ``place`` (0 is the first, -1 none) is a ``substitute``.

        With ``use_packet`` it reads the packet after the call, through a pointer checked before.
        """
        insns = [*self._start()]
        for n, argument in enumerate(self.row.args):
            wanted = substitute if n == place else _usual(argument)
            if n == place + 1 and argument in SIZES and substitute == "null":
                wanted = "null"  # no memory of no bytes
            insns += self._load(n + 1, wanted)
        insns.append(Call(CallKind.HELPER, self.row.id))
        if use_packet:
            insns.append(Load(Size.B, 0, 7, 0))
        insns += [Alu(AluOp.MOV, 64, 0, Imm(0)), Exit()]
        return pack(slot for insn in insns for slot in encode(insn))

    def _start(self) -> Iterator[Instruction]:
        yield Alu(AluOp.MOV, 64, 6, Reg(1))
        yield Call(CallKind.HELPER, HelperId.GET_PRANDOM_U32)
        yield Alu(AluOp.MOV, 64, 8, Reg(0))
        for at in range(8, 8 + 5 * ROOM, 8):
            yield Store(Size.DW, 10, -at, Imm(0))
        if self.kind is ProgType.KPROBE:
            return
        data, end = (0, 4) if self.kind is ProgType.XDP else (76, 80)
        yield Load(Size.W, 7, 6, data)
        yield Load(Size.W, 2, 6, end)
        yield Alu(AluOp.MOV, 64, 3, Reg(7))
        yield Alu(AluOp.ADD, 64, 3, Imm(ROOM))
        yield Jump(JumpOp.JGE, 64, 2, Reg(3), 2)
        yield Alu(AluOp.MOV, 64, 0, Imm(0))
        yield Exit()

    def _load(self, n: int, wanted: str) -> tuple[Instruction, ...]:
        match wanted:
            case "map":
                return (LoadImm64(n, ImmKind.MAP_FD, _MAP_OF.get(self.row.id, 0)),)
            case "stack":
                return Alu(AluOp.MOV, 64, n, Reg(10)), Alu(AluOp.ADD, 64, n, Imm(-ROOM * n))
            case "null" | "size":
                return (Alu(AluOp.MOV, 64, n, Imm(ROOM if wanted == "size" else 0)),)
            case _:
                return (Alu(AluOp.MOV, 64, n, Reg({"scalar": 8, "ctx": 6, "packet": 7}[wanted])),)


def _usual(argument: Arg) -> str:
    match argument:
        case Arg.CTX | Arg.CTX_OR_NULL:
            return "ctx"
        case Arg.CONST_MAP_PTR:
            return "map"
        case Arg.ANYTHING:
            return "null"
        case Arg.CONST_SIZE | Arg.CONST_SIZE_OR_ZERO:
            return "size"
        case _:
            return "stack"


def _accepted(question: Question, code: bytes, maps: list[kernel.KernelMap]) -> bool:
    loaded = kernel.load(code, question.kind, maps, log_level=0)
    loaded.close()
    return not loaded.error


def ask() -> dict[str, list[list[str]]]:
    """Per helper: what the kernel accepts ("usual" arguments, "packet" pointers kept), then per argument."""
    made = [kernel.KernelMap.create(m.type, m.key_size, m.value_size, m.max_entries, m.flags) for m in MAPS]
    maps = [m for m in made if isinstance(m, kernel.KernelMap)]
    assert len(maps) == len(MAPS)
    found: dict[str, list[list[str]]] = {}
    for row in asked():
        question = Question(row, kind_for(row))
        has_packet = question.kind is not ProgType.KPROBE
        whole = ["usual"] if _accepted(question, question.code(), maps) else []
        if has_packet and _accepted(question, question.code(use_packet=True), maps):
            whole.append("packet")
        substitutes = SUBSTITUTES if has_packet else SUBSTITUTES[:-1]
        found[row.id.name] = [whole] + [
            [s for s in substitutes if _accepted(question, question.code(n, s), maps)]
            for n in range(len(row.args))
        ]
    for each in maps:
        each.close()
    return found
