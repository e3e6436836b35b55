"""bpf_perf_event_output: records for user space, with bytes of the packet if wanted."""

from vm.change import OutputKind
from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EFAULT, EINVAL, packet_of, read
from vm.helpers.programs import EVENTS
from vm.maps.references import PerfEventArray
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.helper_ids import HelperId
from vm.word import MASK32

INDEX_MASK, CURRENT_CPU = MASK32, MASK32
PACKET_SHIFT, PACKET_MASK = 32, 0xFFFFF


def perf_event_output(call: HelperCall) -> int:
    """Copies memory, and packet bytes behind it, to the event at an index."""
    packet, flags = packet_of(call), call.r[2]
    events = call.map(2)
    if not isinstance(events, PerfEventArray):
        message = f"r2 should hold a perf event array, but {events.spec.name} is a {events.spec.type.label}"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[1]))
    if flags >> PACKET_SHIFT & ~PACKET_MASK:
        return EINVAL
    wanted, content = flags >> PACKET_SHIFT, packet.packet()
    if wanted > len(content):
        return EFAULT
    index = flags & INDEX_MASK
    cpu = call.event.cpu
    answer = events.output(cpu if index == CURRENT_CPU else index, cpu)
    if answer == 0:
        call.emit(OutputKind.PERF, events.spec.name, read(call, 4, call.r[4]) + content[:wanted])
    return answer


ROWS = (
    Helper(
        HelperId.PERF_EVENT_OUTPUT,
        "long bpf_perf_event_output(void *ctx, struct bpf_map *map, u64 flags, void *data, u64 size)",
        (Arg.CTX, Arg.CONST_MAP_PTR, Arg.ANYTHING, Arg.MEM_RDONLY, Arg.CONST_SIZE_OR_ZERO),
        Ret.INTEGER,
        perf_event_output,
        "Sends memory to user space through the event at an index of the array (BPF_F_CURRENT_CPU: this "
        "CPU's); flags bits 32 to 51 say how many packet bytes to append. -ENOENT if nobody has opened the "
        "event.",
        EVENTS,
        gpl_only=True,
    ),
)
