"""Helpers of programs that trace: stacks, performance counters, signals, where the program sits."""

from struct import pack

from vm.helpers.api import Arg, Helper, HelperCall, Ret
from vm.helpers.arguments import EFAULT, EINVAL, clear, room, u32, write
from vm.helpers.programs import RETVALS, TRACING
from vm.helpers.tasks import TASK_ADDRESS
from vm.maps.references import PerfEventArray
from vm.maps.stack_trace import StackTraceMap
from vm.memory.fault import Fault, FaultKind, MachineFault
from vm.uapi.errno import Errno
from vm.uapi.helper_ids import HelperId
from vm.uapi.prog_types import ProgType
from vm.word import MASK32

SKIP_MASK, USER_STACK, REUSE, USER_BUILD_ID = 0xFF, 1 << 8, 1 << 10, 1 << 11
_STACKID_FLAGS = SKIP_MASK | USER_STACK | 1 << 9 | REUSE
_STACK_FLAGS = SKIP_MASK | USER_STACK | USER_BUILD_ID
COUNTER = pack("<3Q", 0, 0, 0)
SIGNALS = range(1, 65)


def _frames(call: HelperCall, flags: int) -> tuple[int, ...]:
    probe = call.event.probe
    stack = probe.user_stack if flags & USER_STACK else probe.kernel_stack
    return stack[flags & SKIP_MASK :]


def get_stackid(call: HelperCall) -> int:
    """Keeps the stack in a map and answers its id."""
    flags, stacks = call.r[2], call.map(2)
    if not isinstance(stacks, StackTraceMap):
        message = f"r2 should hold a stack trace map, but {stacks.spec.name} is a {stacks.spec.type.label}"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[1]))
    if flags & ~_STACKID_FLAGS:
        return EINVAL
    frames = _frames(call, flags)
    return stacks.stack_id(frames, flags) if frames else EFAULT


def get_stack(call: HelperCall) -> int:
    """Copies the stack; answers how many bytes."""
    size, flags = u32(call, 3), call.r[3]
    room(call, 2, size)
    if flags & ~_STACK_FLAGS or flags & USER_BUILD_ID or size % 8:
        clear(call, 2, size)
        return EINVAL
    frames = _frames(call, flags)[: size // 8]
    if not frames:
        clear(call, 2, size)
        return EFAULT
    write(call, 2, pack(f"<{len(frames)}Q", *frames).ljust(size, b"\0"))
    return 8 * len(frames)


def _counter(call: HelperCall) -> int:
    """0 where the event of the array is open, else an error."""
    events, index = call.map(1), call.r[1]
    if not isinstance(events, PerfEventArray):
        message = f"r1 should hold a perf event array, but {events.spec.name} is a {events.spec.type.label}"
        raise MachineFault(Fault(FaultKind.BAD_CALL, message, call.r[0]))
    if index & ~MASK32:
        return EINVAL
    cpu = call.event.cpu
    return events.output(cpu if index == MASK32 else index, cpu)


def perf_event_read(call: HelperCall) -> int:
    """The count of a performance counter."""
    return _counter(call) or call.event.probe.counter


def perf_event_read_value(call: HelperCall) -> int:
    """The count of a performance counter, and how long it counted."""
    size = u32(call, 4)
    room(call, 3, size)
    failed = EINVAL if size != len(COUNTER) else _counter(call)
    return _written(call, 3, size, failed)


def perf_prog_read_value(call: HelperCall) -> int:
    """The same of the counter the program is attached to."""
    size = u32(call, 3)
    room(call, 2, size)
    return _written(call, 2, size, EINVAL if size != len(COUNTER) else 0)


def _written(call: HelperCall, pointer: int, size: int, failed: int) -> int:
    probe = call.event.probe
    if failed:
        clear(call, pointer, size)
        return failed
    write(call, pointer, pack("<3Q", probe.counter, probe.enabled_ns, probe.running_ns))
    return 0


def send_signal(call: HelperCall) -> int:
    """Notes a signal for the running process; the model sends it after the run."""
    signal = u32(call, 1)
    if call.event.task.pid <= 1:
        return -Errno.EPERM
    if signal not in SIGNALS:
        return EINVAL
    call.set("signal", signal)
    return 0


def get_current_task_btf(call: HelperCall) -> int:
    """The running task's structure."""
    return call.get("task", TASK_ADDRESS)


def get_func_ip(call: HelperCall) -> int:
    """The address of the function a probe sits at."""
    return call.event.probe.function


def get_attach_cookie(_: HelperCall) -> int:
    """No cookie was given when the program was attached."""
    return 0


def get_ns_current_pid_tgid(call: HelperCall) -> int:
    """Only the first pid namespace is modeled: device 4, inode 0xEFFFFFFC."""
    size = u32(call, 4)
    room(call, 3, size)
    if size != 8 or call.r[0] != 4 or call.r[1] != 0xEFFF_FFFC:
        clear(call, 3, size)
        return EINVAL
    task = call.event.task
    write(call, 3, pack("<2I", task.pid, task.tgid))
    return 0


def get_retval(call: HelperCall) -> int:
    """What the system call would answer now."""
    return call.get("retval")


def set_retval(call: HelperCall) -> int:
    """Chooses what the system call answers."""
    number = call.r[0] & MASK32
    if number and not -4095 <= number - (1 << 32) < 0:
        return EINVAL
    call.set("retval", number)
    return 0


def bind(call: HelperCall) -> int:
    """Binds the socket to an address before it connects; no port can be chosen."""
    address, size = call.r[1], u32(call, 3)
    if size not in (16, 28):
        return EINVAL
    raw = call.memory.read(address, size)
    if int.from_bytes(raw[:2], "little") not in (2, 10):
        return -Errno.EAFNOSUPPORT
    if raw[2:4] != b"\0\0":
        return EINVAL
    call.set("bound", int.from_bytes(raw[4:8], "big"))
    return 0


_FILL = (Arg.UNINIT_MEM, Arg.CONST_SIZE)
_SIGNAL_DOC = "Sends a signal to the running {}: 0, -EINVAL for no signal, -EPERM for init or the idle task."

ROWS = (
    Helper(
        HelperId.GET_STACKID,
        "long bpf_get_stackid(void *ctx, struct bpf_map *map, u64 flags)",
        (Arg.CTX, Arg.CONST_MAP_PTR, Arg.ANYTHING),
        Ret.INTEGER,
        get_stackid,
        "Keeps the call stack in a map of type stack_trace and answers its id. Flags: frames to skip, "
        "BPF_F_USER_STACK, BPF_F_REUSE_STACKID.",
        TRACING,
        gpl_only=True,
    ),
    Helper(
        HelperId.GET_STACK,
        "long bpf_get_stack(void *ctx, void *buf, u32 size, u64 flags)",
        (Arg.CTX, Arg.UNINIT_MEM, Arg.CONST_SIZE_OR_ZERO, Arg.ANYTHING),
        Ret.INTEGER,
        get_stack,
        "Copies the addresses of the call stack, innermost first; answers how many bytes, or an error.",
        TRACING,
        gpl_only=True,
    ),
    Helper(
        HelperId.PERF_EVENT_READ,
        "u64 bpf_perf_event_read(struct bpf_map *map, u64 flags)",
        (Arg.CONST_MAP_PTR, Arg.ANYTHING),
        Ret.INTEGER,
        perf_event_read,
        "The count of the performance counter at an index of the array; errors cannot be told from counts.",
        gpl_only=True,
    ),
    Helper(
        HelperId.PERF_EVENT_READ_VALUE,
        "long bpf_perf_event_read_value(struct bpf_map *map, u64 flags, struct bpf_perf_event_value *buf, "
        "u32 buf_size)",
        (Arg.CONST_MAP_PTR, Arg.ANYTHING, *_FILL),
        Ret.INTEGER,
        perf_event_read_value,
        "The count of the performance counter at an index of the array, and how long it was enabled and ran.",
        gpl_only=True,
    ),
    Helper(
        HelperId.PERF_PROG_READ_VALUE,
        "long bpf_perf_prog_read_value(struct bpf_perf_event_data *ctx, struct bpf_perf_event_value *buf, "
        "u32 buf_size)",
        (Arg.CTX, *_FILL),
        Ret.INTEGER,
        perf_prog_read_value,
        "The count of the performance counter the program is attached to, and how long it ran.",
        frozenset({ProgType.PERF_EVENT}),
        gpl_only=True,
    ),
    Helper(
        HelperId.SEND_SIGNAL,
        "long bpf_send_signal(u32 sig)",
        (Arg.ANYTHING,),
        Ret.INTEGER,
        send_signal,
        _SIGNAL_DOC.format("process"),
    ),
    Helper(
        HelperId.SEND_SIGNAL_THREAD,
        "long bpf_send_signal_thread(u32 sig)",
        (Arg.ANYTHING,),
        Ret.INTEGER,
        send_signal,
        _SIGNAL_DOC.format("thread"),
    ),
    Helper(
        HelperId.GET_CURRENT_TASK_BTF,
        "struct task_struct *bpf_get_current_task_btf(void)",
        (),
        Ret.BTF_TASK,
        get_current_task_btf,
        "The running task's structure, whose members a program may read directly.",
        gpl_only=True,
    ),
    Helper(
        HelperId.GET_FUNC_IP,
        "u64 bpf_get_func_ip(void *ctx)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_func_ip,
        "The address of the function the probe sits at.",
        TRACING,
        gpl_only=True,
    ),
    Helper(
        HelperId.GET_ATTACH_COOKIE,
        "u64 bpf_get_attach_cookie(void *ctx)",
        (Arg.CTX,),
        Ret.INTEGER,
        get_attach_cookie,
        "The number that was given when the program was attached; 0 if none.",
        TRACING - {ProgType.SYSCALL},
    ),
    Helper(
        HelperId.GET_NS_CURRENT_PID_TGID,
        "long bpf_get_ns_current_pid_tgid(u64 dev, u64 ino, struct bpf_pidns_info *nsdata, u32 size)",
        (Arg.ANYTHING, Arg.ANYTHING, *_FILL),
        Ret.INTEGER,
        get_ns_current_pid_tgid,
        "Thread and process as the pid namespace of that device and inode numbers them.",
    ),
    Helper(
        HelperId.GET_RETVAL,
        "int bpf_get_retval(void)",
        (),
        Ret.INTEGER,
        get_retval,
        "What the system call would answer as things stand: 0, or a negative error number.",
        RETVALS,
    ),
    Helper(
        HelperId.SET_RETVAL,
        "int bpf_set_retval(int retval)",
        (Arg.ANYTHING,),
        Ret.INTEGER,
        set_retval,
        "Chooses the error number that a system call answers which the program refuses.",
        RETVALS,
    ),
    Helper(
        HelperId.BIND,
        "int bpf_bind(struct bpf_sock_addr *ctx, struct sockaddr *addr, int addr_len)",
        (Arg.CTX, Arg.MEM_RDONLY, Arg.CONST_SIZE),
        Ret.INTEGER,
        bind,
        "Gives the socket that is about to connect a local address; the port must be 0.",
        frozenset({ProgType.CGROUP_SOCK_ADDR}),
    ),
)
