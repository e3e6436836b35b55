"""What programs ask for that is only made where they do: sockets to look up, the running task."""

from collections.abc import Sequence

from vm.helpers import lookups
from vm.instruction import Call
from vm.isa import CallKind
from vm.program import Program
from vm.uapi.helper_ids import HelperId
from vm.uapi.map_types import MapType

_SOCKET_CALLS = frozenset(row.id for row in lookups.ROWS)


def finds_sockets(program: Program) -> bool:
    """Whether a program calls helpers that look at sockets, or has maps of them."""
    if any(spec.type in (MapType.SOCKMAP, MapType.SOCKHASH) for spec in program.maps):
        return True
    return not _SOCKET_CALLS.isdisjoint(_called(program))


_TASK_CALLS = frozenset({HelperId.GET_CURRENT_TASK, HelperId.GET_CURRENT_TASK_BTF})


def asks_for_task(programs: Sequence[Program]) -> bool:
    """Whether a program can get at the running task's structure: it is made for those only."""
    return any(not _TASK_CALLS.isdisjoint(_called(program)) for program in programs)


def _called(program: Program) -> set[int]:
    calls = (insn for insn in program.insns if isinstance(insn, Call))
    return {insn.imm for insn in calls if insn.kind is CallKind.HELPER}
