"""A short program for everything the reference names: made from the tables, and tried by the verifier.

What cannot be shown in a few lines (a helper that wants a socket, say) has none.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain

from app.schemas.lessons import ExampleRef
from app.verdicts import report_of
from app.workbench.reference import instructions
from app.workbench.reference_written import WRITTEN
from vm.asm import assemble
from vm.helpers.api import Arg
from vm.helpers.table import HELPERS
from vm.kernel.hooks import HOOK_POINTS, HookPoint, hook_point
from vm.source import HookscopeError
from vm.uapi.helper_ids import helper_name
from vm.uapi.map_types import MapType
from vm.uapi.structs import STRUCTS
from vm.verifier import Options
from vm.verifier.signatures import Signature, signature

_HASH = "hash key=u32 value=u64 entries=16"
_BUFFERS = {Arg.MEM_RDONLY, Arg.MEM_RDONLY_OR_NULL, Arg.MEM_WRITE, Arg.MEM_WRITE_OR_NULL, Arg.UNINIT_MEM,
            Arg.MAP_VALUE, Arg.UNINIT_MAP_VALUE, Arg.FIXED_LONG_UNINIT, Arg.FIXED_INT_WRITE,
            Arg.DYNPTR_LOCAL_UNINIT, Arg.STACK_OR_NULL}  # fmt: skip
_SIZES = {Arg.CONST_SIZE, Arg.CONST_SIZE_OR_ZERO, Arg.CONST_ALLOC_SIZE_OR_ZERO}
_HEADERS = {Arg.FIXED_IPHDR: 20, Arg.FIXED_IPV6HDR: 40, Arg.FIXED_TCPHDR: 20}
_KINDS = (
    ("ringbuf_", "ringbuf entries=4096"),
    ("tail_call", "prog_array entries=4"),
    ("perf_event", "perf_event_array entries=4"),
    ("redirect_map", "devmap entries=4"),
    ("stackid", "stack_trace entries=16 value=bytes[1016]"),
    ("under_cgroup", "cgroup_array entries=4"),
    ("sk_redirect_map", "sockmap entries=4"),
    ("msg_redirect_map", "sockmap entries=4"),
    ("redirect_hash", "sockhash key=u32 entries=4"),
    ("map_push_elem", "queue value=u64 entries=16"),
    ("map_pop_elem", "queue value=u64 entries=16"),
    ("map_peek_elem", "queue value=u64 entries=16"),
    ("percpu_elem", "percpu_array value=u64 entries=4"),
)
"""What map a helper wants, by a part of its name."""
_HOOKS = (
    "xdp", "tc", "socket", "tracepoint/syscalls/sys_enter_openat", "kprobe/do_sys_openat2",
    "fentry/do_sys_openat2", "lsm/file_open", "cgroup_skb/ingress", "cgroup/connect4", "sk_lookup",
    "sockops", "perf_event", "cgroup/sysctl", "cgroup/getsockopt", "cgroup/setsockopt",
)  # fmt: skip
"""Where a helper is shown, the best known first."""
_SPEC = {
    MapType.LPM_TRIE: "key=prefix4 value=u64 entries=16 flags=BPF_F_NO_PREALLOC",
    MapType.QUEUE: "value=u64 entries=16",
    MapType.STACK: "value=u64 entries=16",
    MapType.BLOOM_FILTER: "value=u64 entries=16",
    MapType.RINGBUF: "entries=4096",
    MapType.PERF_EVENT_ARRAY: "entries=4",
    MapType.SOCKMAP: "entries=4",
    MapType.SOCKHASH: "key=u32 entries=4",
    MapType.STACK_TRACE: "entries=16 value=bytes[1016]",
}

_KEY = "*(u64 *)(r10 - 8) = 0\nr1 = table ll\nr2 = r10\nr2 += -8"
_DATA = "*(u64 *)(r10 - 8) = 0\nr2 = table ll\nr3 = 0\nr4 = r10\nr4 += -8\nr5 = 8"
_END = "r0 = 0\nexit"
_USES = (
    ("xdp", f"{_KEY}\ncall bpf_map_lookup_elem\n{_END}"),
    ("xdp", f"{_KEY}\ncall bpf_map_peek_elem\n{_END}"),
    ("xdp", f"{_KEY}\nr3 = 8\nr4 = 0\ncall bpf_ringbuf_output\n{_END}"),
    ("xdp", "r1 = table ll\nr2 = 0\nr3 = 2\ncall bpf_redirect_map\nexit"),
    ("xdp", f"r2 = table ll\nr3 = 0\ncall bpf_tail_call\n{_END}"),
    ("tc", f"{_DATA}\ncall bpf_perf_event_output\n{_END}"),
    ("kprobe/do_sys_openat2", f"r2 = table ll\nr3 = 0\ncall bpf_get_stackid\n{_END}"),
)
"""What is done with a map: the first that its kind can do."""


@cache
def examples() -> tuple[ExampleRef, ...]:
    """All of them."""
    return (*_insns(), *_helpers(), *_maps(), *_hooks(), *_contexts())


def accepted(source: str, hook: str) -> bool:
    """Whether Linux would load it there."""
    assembly = assemble(source)
    if assembly.errors or not assembly.programs or hook_point(hook) is None:
        return False
    try:
        return report_of(assembly.programs[0], Options()).accepted
    except HookscopeError:
        return False


def _first(kind: str, name: str, candidates: Iterator[tuple[str, str]]) -> Iterator[ExampleRef]:
    """The first that is accepted."""
    for hook, body in candidates:
        source = f".hook {hook}\n{body}"
        if accepted(source, hook):
            yield ExampleRef(kind=kind, name=name, hook=hook, source=source)
            return


_MAPPED = (
    ".map counts array value=u64 entries=1\n*(u64 *)(r10 - 8) = 0\nr1 = counts ll\nr2 = r10\nr2 += -8\n"
    "{}\nr0 = 2\nexit"
)
_BODIES = (
    ("xdp", "r1 = 7\nr2 = 2\n{}\nr0 = r1\nexit"),
    ("xdp", "r1 = 7\nr2 = 2\n{}\nr0 = 1\nexit\nlabel:\nr0 = 2\nexit"),
    ("xdp", "r1 = r10\nr1 += -16\nr2 = 2\n*(u64 *)(r1 + 0) = 0\n*(u64 *)(r1 + 8) = 0\n{}\nr0 = 2\nexit"),
    ("xdp", ".map counts array value=u64 entries=1\n{}\nr0 = 2\nexit"),
    ("xdp", _MAPPED),
    ("xdp", "r0 = 2\n{}"),
    ("xdp", "r0 = 2\n{}\nlabel:\nexit"),
    ("xdp", "r1 = 3\n{}\nexit\nfunction:\nr0 = 2\nexit"),
    ("xdp", "r1 = 0\nlabel:\nr1 += 1\n{}\nr0 = 2\nexit"),
    ("socket", "r6 = r1\n{}\nexit"),
)
"""What an instruction stands in: the first that is accepted."""


def _insns() -> Iterator[ExampleRef]:
    for insn in instructions():
        bodies = ((hook, body.format(insn.syntax) + "\n") for hook, body in _BODIES)
        yield from _first("insn", insn.name, bodies)


def _helpers() -> Iterator[ExampleRef]:
    for number in HELPERS:
        name = helper_name(number) or ""
        written = ((hook, body) for known, hook, body in WRITTEN if known == name)
        yield from _first("helper", name, chain(written, _calls(number, name)))


def _calls(number: int, name: str) -> Iterator[tuple[str, str]]:
    for hook in _HOOKS:
        point = hook_point(hook)
        row = signature(point.prog_type, number) if point is not None else None
        if row is not None:
            yield hook, _call(row, name)
            yield hook, _call(row, name, flags="1")


def _call(row: Signature, name: str, flags: str = "0") -> str:
    """Sets up what the helper wants in r1 to r5, calls it, and ends."""
    wants_map = Arg.CONST_MAP_PTR in row.args
    lines = [".license GPL"]
    if wants_map:
        spec = next((spec for part, spec in _KINDS if part in name), _HASH)
        lines.append(f".map table {spec}")
    buffers = sum(arg in _BUFFERS or arg is Arg.MAP_KEY for arg in row.args)
    lines += [f"*(u64 *)(r10 - {8 * (index + 1)}) = 0" for index in range(max(buffers * 2, _room(row.args)))]
    slot = 0
    for index, arg in enumerate(row.args, 1):
        register = f"r{index}"
        if arg in _BUFFERS or arg is Arg.MAP_KEY:
            slot += 16
            lines += [f"{register} = r10", f"{register} += -{slot}"]
        elif arg in _HEADERS:
            lines += [f"{register} = r10", f"{register} += -{_HEADERS[arg] + 4}"]
        elif arg in _SIZES:
            lines.append(f"{register} = 8")
        elif arg is Arg.CONST_MAP_PTR:
            lines.append(f"{register} = table ll")
        elif arg not in (Arg.CTX, Arg.CTX_OR_NULL) or index > 1:
            lines.append(f"{register} = {flags}")
    return "\n".join([*lines, f"call {name}", "r0 = 0", "exit", ""])


def _room(args: Sequence[Arg]) -> int:
    """Words of stack for fixed headers."""
    return max((_HEADERS[arg] // 8 + 1 for arg in args if arg in _HEADERS), default=0)


def _maps() -> Iterator[ExampleRef]:
    for kind in MapType:
        yield from _first("map", kind.label, _map_uses(kind))


def _map_uses(kind: MapType) -> Iterator[tuple[str, str]]:
    for spec in (_SPEC.get(kind, ""), "key=u32 value=u64 entries=16", "entries=16", "value=u64 entries=16"):
        for hook, use in _USES:
            yield hook, f".license GPL\n.map table {kind.label} {spec}\n{use}\n"


def _hooks() -> Iterator[ExampleRef]:
    for point in HOOK_POINTS.values():
        yield from _first("hook", point.name, _returns(point))


def _returns(point: HookPoint) -> Iterator[tuple[str, str]]:
    for verdict in (*(verdict.name for verdict in reversed(point.verdicts)), "1", "0"):
        yield point.name, f"r0 = {verdict}\nexit\n"


def _contexts() -> Iterator[ExampleRef]:
    for name in dict.fromkeys(point.hook.context for point in HOOK_POINTS.values() if point.hook.context):
        yield from _first("ctx", name, _loads(name))


def _loads(name: str) -> Iterator[tuple[str, str]]:
    widths = {1: "u8", 2: "u16", 4: "u32", 8: "u64"}
    for point in HOOK_POINTS.values():
        for field in STRUCTS[name].fields if point.hook.context == name else ():
            if field.size in widths:
                load = f"r2 = *({widths[field.size]} *)(r1 + {name}.{field.name})\n"
                for verdict in ("1", "0", "2"):
                    yield point.name, f"{load}r0 = {verdict}\nexit\n"
