"""Calls of helpers: whether the program may make them, and every argument in turn, as Linux looks at them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from vm.helpers.api import Arg, Helper
from vm.helpers.printf_format import parse
from vm.program import MapSpec
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.helper_ids import helper_name
from vm.uapi.map_types import MapFlag
from vm.uapi.map_types import MapType as T
from vm.uapi.prog_types import ProgType
from vm.verifier.checks import map_kinds, memory, resources
from vm.verifier.checks.alignment import check_alignment
from vm.verifier.checks.argument_types import MOVABLE, TAKES, Takes, accepts, expected
from vm.verifier.checks.availability import available
from vm.verifier.checks.bounds import is_null
from vm.verifier.checks.common import flags_of, map_of, refuse
from vm.verifier.checks.constant_key import constant_key
from vm.verifier.checks.helper_memory import check_memory, check_sized
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.checks.pointers import is_secret
from vm.verifier.checks.strings import check_string
from vm.verifier.register import PACKET_KINDS, Kind, Register
from vm.verifier.rules import arguments as rules
from vm.verifier.rules import calls, leaks
from vm.verifier.rules import resources as resource_rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


@dataclass(slots=True)
class CallMeta:
    """What the arguments of one call told, for what it returns and does.

    ``map`` is an index into Program.maps; ``spec`` that map, or the inner one it stands for. ``ref`` is the
    reference an argument belongs to; ``released`` says that the call gave it back. ``size`` is the size of
    the memory returned, ``max_size`` the most the last size argument may be, ``func`` the callback's
    subprogram. ``const_key``: the key looked up, -1 if not known; ``key_slot`` the frame and slot it stands
    in; ``string`` a constant string argument.
    """

    helper: Helper
    map: int | None = None
    map_uid: int = 0
    spec: MapSpec | None = None
    ref: int = 0
    released: bool = False
    size: int = 0
    max_size: int = 0
    func: int | None = None
    const_key: int = -1
    key_slot: tuple[int, int] | None = None
    release_regno: int = 0
    string: bytes = b""
    raw: bool = False
    raw_regno: int = 0
    raw_size: int = 0

    @property
    def name(self) -> str:
        """The helper's name."""
        return helper_name(self.helper.id) or ""

    @property
    def never_null(self) -> bool:
        """A lookup of a key that an array certainly has gives a value, not perhaps null."""
        known = self.spec is not None and 0 <= self.const_key < self.spec.max_entries
        return known and self.helper.id is H.MAP_LOOKUP_ELEM

    @property
    def acquires(self) -> bool:
        """A socket found in a map is held until it is given back."""
        sockets = self.spec is not None and self.spec.type in (T.SOCKMAP, T.SOCKHASH)
        return sockets and self.helper.id is H.MAP_LOOKUP_ELEM


def check(walk: "Walk", helper_id: int) -> CallMeta:
    """The call is allowed; what its arguments told.

    Gives references back, and leaves unknown bytes on the stack where the helper writes; r0 to r5 are as
    before the call.
    """
    meta = CallMeta(available(walk, helper_id))
    for index, arg in enumerate(meta.helper.args):
        _check_argument(walk, meta, index + 1, arg)
    _check_map_use(walk, meta)
    for at in range(meta.raw_size):
        memory.write(walk, meta.raw_regno, at, 1, None)
    if meta.release_regno:
        _release(walk, meta)
    if meta.helper.id is H.TAIL_CALL:
        resources.check_leaks(walk, resources.TAIL_CALL)
    if meta.helper.id is H.SNPRINTF:
        _check_format(walk, meta)
    map_kinds.check(walk, meta.spec, meta.helper.id)
    return meta


def _check_argument(walk: "Walk", meta: CallMeta, regno: int, arg: Arg) -> None:
    reg = walk.regs[regno]
    if reg.kind is Kind.NOT_INIT:
        refuse(walk, rules.ARGUMENT_UNSET, reg=regno, helper=meta.name)
    if arg is Arg.ANYTHING:
        if is_secret(walk, reg):
            refuse(walk, leaks.LEAK_HELPER, reg=regno, type=reg.type_text)
        return
    if reg.kind in PACKET_KINDS and not _packet_allowed(walk, meta.helper):
        refuse(walk, rules.PACKET_ARGUMENT, reg=regno, helper=meta.name)
    arg = _resolved(walk, meta, arg)
    takes = TAKES[arg]
    if not (takes.null and is_null(reg)):
        _check_type(walk, meta, regno, reg, takes)
        _check_offset(walk, regno, reg, arg)
    _note_reference(walk, meta, regno, reg, arg)
    _check_use(walk, meta, regno, reg, arg, takes)


def _packet_allowed(walk: "Walk", helper: Helper) -> bool:
    kind = walk.program.prog_type
    if kind is ProgType.CGROUP_SOCKOPT:
        return True
    return helper.packet_args and memory.may_touch_packet(kind, write=False)


def _resolved(walk: "Walk", meta: CallMeta, arg: Arg) -> Arg:
    """Values of some maps are not plain memory (resolve_map_arg_type)."""
    spec = meta.spec
    if arg not in (Arg.MAP_VALUE, Arg.UNINIT_MAP_VALUE) or spec is None:
        return arg
    if spec.type in (T.SOCKMAP, T.SOCKHASH):
        if arg is Arg.MAP_VALUE:
            return Arg.BTF_SOCK_COMMON
        refuse(walk, calls.SOCKMAP_ARGUMENT, helper=meta.name, map=spec.name)
    if spec.type is T.BLOOM_FILTER and meta.helper.id is H.MAP_PEEK_ELEM:
        return Arg.MAP_VALUE
    return arg


def _check_type(walk: "Walk", meta: CallMeta, regno: int, reg: Register, takes: Takes) -> None:
    if accepts(takes, reg):
        return
    rule = rules.ARGUMENT_TYPE
    if reg.maybe_null and accepts(takes._replace(null=True), reg):
        rule = rules.ARGUMENT_NULL
    refuse(walk, rule, reg=regno, type=reg.type_text, expected=expected(takes), helper=meta.name)


def _check_offset(walk: "Walk", regno: int, reg: Register, arg: Arg) -> None:
    if arg is Arg.RINGBUF_MEM:
        if reg.off:
            refuse(walk, resource_rules.RELEASE_MOVED, reg=regno, off=reg.off)
        check_unmodified(walk, regno, reg)
    elif (reg.kind, int(reg.flags)) not in MOVABLE:
        check_unmodified(walk, regno, reg, fixed_allowed=reg.kind is Kind.BTF_ID)


def _note_reference(walk: "Walk", meta: CallMeta, regno: int, reg: Register, arg: Arg) -> None:
    if arg is Arg.RINGBUF_MEM:
        if not reg.ref:
            refuse(walk, resource_rules.RELEASE_UNREFERENCED, reg=regno, helper=meta.name)
        meta.release_regno = regno
    if reg.ref:
        if meta.ref:
            refuse(walk, resource_rules.TWO_REFERENCES, reg=regno, first=meta.ref, second=reg.ref)
        meta.ref = reg.ref


_SIZES: Final = frozenset({Arg.CONST_SIZE, Arg.CONST_SIZE_OR_ZERO})


def _check_use(walk: "Walk", meta: CallMeta, regno: int, reg: Register, arg: Arg, takes: Takes) -> None:
    match arg:
        case Arg.CONST_MAP_PTR:
            meta.map, meta.map_uid, meta.spec = reg.map, reg.map_uid, map_of(walk, reg)
        case Arg.MAP_KEY:
            _check_key(walk, meta, regno, reg)
        case Arg.MAP_VALUE | Arg.UNINIT_MAP_VALUE:
            meta.raw = takes.unset
            _check_whole(walk, meta, regno, meta.spec.value_size if meta.spec else 0, takes)
        case Arg.CONST_SIZE | Arg.CONST_SIZE_OR_ZERO:
            _check_size(walk, meta, regno, arg)
        case Arg.CONST_ALLOC_SIZE_OR_ZERO:
            if not reg.value.is_const:
                refuse(walk, rules.NOT_CONSTANT, reg=regno, helper=meta.name)
            meta.size = reg.value.value & 0xFFFF_FFFF
            walk.mark_precise(regno)
        case Arg.SPIN_LOCK:
            resources.check_spin_lock(walk, regno)
        case Arg.FUNC:
            meta.func = reg.subprog
        case Arg.CONST_STR:
            meta.string = check_string(walk, regno, meta.name)
        case _ if takes.fixed:
            meta.raw = takes.unset
            _check_whole(walk, meta, regno, takes.fixed, takes)
            check_alignment(walk, reg, 0, takes.fixed, strict=True)
        case _:
            meta.raw = takes.unset


def _check_key(walk: "Walk", meta: CallMeta, regno: int, reg: Register) -> None:
    if meta.spec is None:
        return
    check_memory(walk, regno, meta.spec.key_size, write=False, zero_allowed=False, helper=meta.name)
    if meta.spec.type in (T.ARRAY, T.PERCPU_ARRAY):
        meta.const_key, meta.key_slot = constant_key(walk, reg, meta.spec.key_size)


def _check_whole(walk: "Walk", meta: CallMeta, regno: int, size: int, takes: Takes) -> None:
    """Memory whose size is known beforehand."""
    taken = check_memory(
        walk, regno, size, write=takes.writes, zero_allowed=False, raw=takes.unset, helper=meta.name
    )
    if taken:
        meta.raw_regno, meta.raw_size = regno, size


def _check_size(walk: "Walk", meta: CallMeta, regno: int, arg: Arg) -> None:
    """The memory of the argument before, now that its size is known."""
    meta.max_size = walk.regs[regno].value.umax
    of = TAKES[meta.helper.args[regno - 2]]
    remains = check_sized(
        walk,
        regno,
        write=of.writes,
        zero_allowed=arg is Arg.CONST_SIZE_OR_ZERO,
        raw=meta.raw,
        helper=meta.name,
    )
    if remains:
        meta.raw_regno, meta.raw_size = regno - 1, remains


_CHANGES: Final = frozenset({H.MAP_DELETE_ELEM, H.MAP_UPDATE_ELEM, H.MAP_PUSH_ELEM, H.MAP_POP_ELEM})


def _check_map_use(walk: "Walk", meta: CallMeta) -> None:
    spec = meta.spec
    if spec is None:
        return
    if flags_of(spec) & MapFlag.RDONLY_PROG and meta.helper.id in _CHANGES:
        refuse(walk, calls.MAP_READ_ONLY, map=spec.name)
    if meta.helper.id is H.TAIL_CALL:
        if spec.type is not T.PROG_ARRAY:
            refuse(walk, calls.NO_PROG_ARRAY, map=spec.name, map_label=spec.type.label)
        index = walk.regs[3]
        if index.is_const and index.value.value < spec.max_entries:
            walk.mark_precise(3)


def _release(walk: "Walk", meta: CallMeta) -> None:
    if not resources.release(walk, meta.ref):
        refuse(
            walk,
            resource_rules.RELEASE_TWICE,
            helper=meta.name,
            id=int(meta.helper.id),
            reg=meta.release_regno,
        )
    meta.released = True


def _check_format(walk: "Walk", meta: CallMeta) -> None:
    """The arguments of bpf_snprintf are whole words, as many at least as the format has conversions."""
    size = walk.regs[5].value.value
    if size % 8:
        refuse(walk, rules.FORMAT_DATA, size=size)
    if parse(meta.string.decode("latin-1"), size // 8) is None:
        refuse(walk, rules.FORMAT_INVALID)
