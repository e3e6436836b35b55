"""What Linux checks of a load before and beside the walk: type, attach type, flags, privileges, maps."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from vm.instruction import LoadImm64
from vm.isa import ImmKind
from vm.maps.locks import known_lock
from vm.program import MapSpec, Program
from vm.uapi.attach_types import AttachType as A
from vm.uapi.map_types import MapType as T
from vm.uapi.prog_types import ProgType as P
from vm.verifier.options import SLEEPABLE, Options
from vm.verifier.profile import PROFILES
from vm.verifier.rejection import Rejected, Rule
from vm.verifier.rules import loading as rules

KNOWN_FLAGS: Final = 0xFF
"""BPF_F_ bits of BPF_PROG_LOAD that need nothing else: 0 to 7."""
TOKEN: Final = 1 << 16
"""A descriptor allows the load (BPF_F_TOKEN_FD); here there never is one."""
MAX_MAPS: Final = 64
"""Maps one program may name (MAX_USED_MAPS)."""

ATTACH_TYPES: Mapping[P, frozenset[int]] = MappingProxyType({
    P.CGROUP_SKB: frozenset({A.CGROUP_INET_INGRESS, A.CGROUP_INET_EGRESS}),
    P.CGROUP_SOCK: frozenset({
        0, A.CGROUP_INET_SOCK_CREATE, A.CGROUP_INET4_POST_BIND, A.CGROUP_INET6_POST_BIND,
        A.CGROUP_INET_SOCK_RELEASE,
    }),
    P.CGROUP_SOCK_ADDR: frozenset({
        A.CGROUP_INET4_BIND, A.CGROUP_INET6_BIND, A.CGROUP_INET4_CONNECT, A.CGROUP_INET6_CONNECT,
        A.CGROUP_UDP4_SENDMSG, A.CGROUP_UDP6_SENDMSG, A.CGROUP_UDP4_RECVMSG, A.CGROUP_UDP6_RECVMSG,
        A.CGROUP_INET4_GETPEERNAME, A.CGROUP_INET6_GETPEERNAME, A.CGROUP_INET4_GETSOCKNAME,
        A.CGROUP_INET6_GETSOCKNAME, A.CGROUP_UNIX_CONNECT, A.CGROUP_UNIX_SENDMSG, A.CGROUP_UNIX_RECVMSG,
        A.CGROUP_UNIX_GETPEERNAME, A.CGROUP_UNIX_GETSOCKNAME,
    }),
    P.CGROUP_SOCKOPT: frozenset({A.CGROUP_GETSOCKOPT, A.CGROUP_SETSOCKOPT}),
    P.SK_LOOKUP: frozenset({A.SK_LOOKUP}),
    P.SK_REUSEPORT: frozenset({0, A.SK_REUSEPORT_SELECT, A.SK_REUSEPORT_SELECT_OR_MIGRATE}),
    P.NETFILTER: frozenset({A.NETFILTER}),
    P.SYSCALL: frozenset({0}),
})  # fmt: skip
"""Attach types a load may give, where not any will do. 0 stands for the type's own default where it is in."""

_TARGETED: Final = frozenset({A.TRACE_FENTRY, A.TRACE_FEXIT, A.MODIFY_RETURN})
_TRACING: Final = frozenset({
    P.KPROBE, P.TRACEPOINT, P.PERF_EVENT, P.RAW_TRACEPOINT, P.RAW_TRACEPOINT_WRITABLE,
})  # fmt: skip
"""is_tracing_prog_type"""
_SLEEPERS: Final = frozenset({P.KPROBE, P.SYSCALL})
_SLEEPABLE_MAPS: Final = frozenset({
    T.HASH, T.LRU_HASH, T.ARRAY, T.PERCPU_HASH, T.PERCPU_ARRAY, T.LRU_PERCPU_HASH, T.ARRAY_OF_MAPS,
    T.HASH_OF_MAPS, T.RINGBUF, T.USER_RINGBUF, T.INODE_STORAGE, T.SK_STORAGE, T.TASK_STORAGE,
    T.CGRP_STORAGE, T.QUEUE, T.STACK, T.ARENA,
})  # fmt: skip


def _refused(rule: Rule, program: Program, pc: int = -1, **details: int | str) -> Rejected:
    return Rejected(rule, pc, prog_type=program.prog_type.label, **details)


def request_fault(program: Program, options: Options) -> Rejected | None:
    """What bpf(2) refuses before the verifier is asked: nothing is printed then."""
    kind, attach = program.prog_type, options.attach_type or 0
    if bits := options.load_flags & ~(KNOWN_FLAGS | TOKEN):
        return _refused(rules.UNKNOWN_FLAGS, program, bits=hex(bits))
    if kind in PROFILES[options.profile].forbidden_types:
        return _refused(rules.NEEDS_PERFMON, program)
    allowed = ATTACH_TYPES.get(kind)
    if allowed is not None and attach not in allowed:
        names = ", ".join(A(number).name.lower() for number in sorted(allowed))
        return _refused(rules.WRONG_ATTACH_TYPE, program, attach=_attach_name(attach), allowed=names)
    if kind in (P.UNSPEC, P.LIRC_MODE2):
        return _refused(rules.NO_SUCH_TYPE, program)
    if not options.target and (kind in (P.EXT, P.LSM) or (kind is P.TRACING and attach in _TARGETED)):
        return _refused(rules.NO_TARGET_ALLOWED, program)
    if options.load_flags & TOKEN:
        return _refused(rules.NO_TOKEN, program)
    return None


def _attach_name(number: int) -> str:
    return A(number).name.lower() if number in set(A) else str(number)


def target_fault(program: Program, options: Options) -> Rejected | None:
    """What the verifier refuses of the type before it walks (check_attach_btf_id)."""
    kind, sleepable = program.prog_type, bool(options.load_flags & SLEEPABLE)
    if kind is P.SYSCALL and not sleepable:
        return _refused(rules.SYSCALL_NOT_SLEEPABLE, program)
    if sleepable and kind not in _SLEEPERS and kind is not P.STRUCT_OPS and not _iterator(kind, options):
        return _refused(rules.NOT_SLEEPABLE, program)
    if kind is P.STRUCT_OPS:
        return _refused(rules.NO_STRUCT_OPS, program)
    if kind is P.TRACING and not options.target:
        return _refused(rules.NO_TARGET, program)
    return None


def _iterator(kind: P, options: Options) -> bool:
    return kind is P.TRACING and options.attach_type == A.TRACE_ITER


def _named(program: Program) -> Iterator[tuple[int, int]]:
    """Slot and index of each map, where the program first names it."""
    seen: set[int] = set()
    for pc, insn in enumerate(program.insns):
        if not isinstance(insn, LoadImm64) or insn.kind not in (ImmKind.MAP_FD, ImmKind.MAP_VALUE):
            continue
        if insn.imm not in seen and 0 <= insn.imm < len(program.maps):
            seen.add(insn.imm)
            yield pc, insn.imm


def maps_fault(program: Program, options: Options) -> Rejected | None:
    """The first map the program may not use (check_map_prog_compatibility)."""
    used: list[MapSpec] = []
    for pc, index in _named(program):
        spec = program.maps[index]
        if len(used) >= MAX_MAPS:
            return _refused(rules.TOO_MANY_MAPS, program, pc, limit=MAX_MAPS)
        rule = _lock_rule(spec, program.prog_type) or _map_rule(spec, used, options)
        if rule is not None:
            return _refused(rule, program, pc, map=spec.name, map_label=spec.type.label)
        used.append(spec)
    return None


def _lock_rule(spec: MapSpec, kind: P) -> Rule | None:
    """Programs that may interrupt one that holds a lock cannot have it."""
    if (kind is P.SOCKET_FILTER or kind in _TRACING) and known_lock(spec) is not None:
        return rules.LOCK_SOCKET if kind is P.SOCKET_FILTER else rules.LOCK_TRACING
    return None


def _map_rule(spec: MapSpec, used: list[MapSpec], options: Options) -> Rule | None:
    again = any(other.type is spec.type for other in used)
    if spec.type is T.STRUCT_OPS:
        return rules.STRUCT_OPS_MAP
    if options.load_flags & SLEEPABLE and spec.type not in _SLEEPABLE_MAPS:
        return rules.SLEEPABLE_MAPS
    if spec.type in (T.CGROUP_STORAGE, T.PERCPU_CGROUP_STORAGE) and again:
        return rules.STORAGE_TWICE
    if spec.type is T.ARENA:
        if again:
            return rules.ARENA_TWICE
        if not PROFILES[options.profile].allow_ptr_leaks:
            return rules.ARENA_PERFMON
        if not spec.map_extra:
            return rules.ARENA_ADDRESS
    return None
