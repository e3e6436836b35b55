"""What each type of argument asks of the register that passed it, and what it tells of the call."""

from typing import TYPE_CHECKING

from vm.helpers.api import Arg
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapType as T
from vm.verifier.checks import dynptrs, resources
from vm.verifier.checks.alignment import check_alignment
from vm.verifier.checks.argument_types import ALIGNED, TAKES, Takes
from vm.verifier.checks.bounds import is_null
from vm.verifier.checks.call_meta import CallMeta
from vm.verifier.checks.common import map_of, refuse
from vm.verifier.checks.constant_key import constant_key
from vm.verifier.checks.helper_memory import check_memory, check_sized
from vm.verifier.checks.strings import check_string
from vm.verifier.register import Register
from vm.verifier.rules import arguments as rules

if TYPE_CHECKING:
    from vm.verifier.walk import Walk


def check_use(walk: "Walk", meta: CallMeta, regno: int, reg: Register, arg: Arg) -> None:
    """The argument of a fitting type is one the helper can work with."""
    takes = TAKES[arg]
    match arg:
        case Arg.CONST_MAP_PTR:
            meta.map, meta.map_uid, meta.spec = reg.map, reg.map_uid, map_of(walk, reg)
        case Arg.MAP_KEY:
            _check_key(walk, meta, regno, reg)
        case Arg.MAP_VALUE | Arg.UNINIT_MAP_VALUE | Arg.MAP_VALUE_OR_NULL:
            if takes.null and is_null(reg):
                return
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
            resources.check_spin_lock(walk, regno, meta.name == "bpf_spin_lock")
        case Arg.TIMER:
            resources.check_typed_field(walk, regno, "bpf_timer")
        case Arg.KPTR_DEST:
            resources.check_kptr(walk, regno)
        case Arg.FUNC:
            meta.func = reg.subprog
        case Arg.CONST_STR:
            meta.string = check_string(walk, regno, meta.name)
        case Arg.DYNPTR_RINGBUF_UNINIT:
            dynptrs.create(walk, regno, "ringbuf")
        case Arg.DYNPTR_LOCAL_UNINIT:
            dynptrs.create(walk, regno, "local")
        case Arg.DYNPTR | Arg.DYNPTR_RELEASE:
            found = dynptrs.use(walk, regno, "ringbuf" if arg is Arg.DYNPTR_RELEASE else "")
            meta.dynptr = found.id
            if meta.helper.id is H.DYNPTR_DATA:
                meta.ref = found.ref
        case _ if takes.fixed:
            meta.raw = takes.unset
            _check_whole(walk, meta, regno, takes.fixed, takes)
            if arg in ALIGNED:
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
