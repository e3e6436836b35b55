"""Calls of helpers: whether the program may make them, and every argument in turn, as Linux looks at them."""

from typing import TYPE_CHECKING, Final

from vm.helpers.api import Arg
from vm.helpers.printf_format import parse
from vm.uapi.helper_ids import HelperId as H
from vm.uapi.map_types import MapFlag
from vm.uapi.map_types import MapType as T
from vm.uapi.prog_types import ProgType
from vm.verifier.checks import dynptrs, map_kinds, memory, resources, structures
from vm.verifier.checks.argument_types import MOVABLE, RELEASES, TAKES, Takes, accepts, expected
from vm.verifier.checks.argument_use import check_use
from vm.verifier.checks.availability import available
from vm.verifier.checks.bounds import is_null
from vm.verifier.checks.call_meta import CallMeta
from vm.verifier.checks.common import flags_of, refuse
from vm.verifier.checks.pointer_offset import check_unmodified
from vm.verifier.checks.pointers import is_secret
from vm.verifier.register import PACKET_KINDS, Kind, Register
from vm.verifier.rules import arguments as rules
from vm.verifier.rules import calls, leaks
from vm.verifier.rules import resources as resource_rules

if TYPE_CHECKING:
    from vm.verifier.signatures import Signature
    from vm.verifier.walk import Walk


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
    _check_helper(walk, meta)
    return meta


def _check_helper(walk: "Walk", meta: CallMeta) -> None:
    """What single helpers ask beyond the types of their arguments."""
    match meta.helper.id:
        case H.TAIL_CALL:
            resources.check_leaks(walk, resources.TAIL_CALL)
        case H.SNPRINTF:
            _check_format(walk, meta)
        case H.GET_LOCAL_STORAGE if not is_null(walk.regs[2]):
            refuse(walk, rules.STORAGE_FLAGS)
        case H.DYNPTR_FROM_MEM if walk.regs[1].kind is not Kind.MAP_VALUE:
            refuse(walk, rules.DYNPTR_MEMORY, reg=1, type=walk.regs[1].type_text)
        case H.GET_FUNC_IP if walk.program.prog_type is not ProgType.KPROBE:
            number = int(walk.program.prog_type)
            refuse(walk, calls.NO_FUNCTION, helper=meta.name, id=int(meta.helper.id), number=number)
        case _:
            pass
    map_kinds.check(walk, meta.spec, meta.helper.id)


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
        structures.check_argument(walk, meta.helper, regno, arg)
        _check_offset(walk, regno, reg, arg)
    _note_reference(walk, meta, regno, reg, arg)
    check_use(walk, meta, regno, reg, arg)


def _packet_allowed(walk: "Walk", helper: "Signature") -> bool:
    kind = walk.program.prog_type
    if kind is ProgType.CGROUP_SOCKOPT:
        return True
    return helper.packet_args and memory.may_touch_packet(kind, write=False)


def _resolved(walk: "Walk", meta: CallMeta, arg: Arg) -> Arg:
    """Values of some maps are not plain memory (resolve_map_arg_type)."""
    spec = meta.spec
    if arg not in (Arg.MAP_VALUE, Arg.UNINIT_MAP_VALUE, Arg.MAP_VALUE_OR_NULL) or spec is None:
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
    if arg in RELEASES:
        if reg.off:
            refuse(walk, resource_rules.RELEASE_MOVED, reg=regno, off=reg.off)
        check_unmodified(walk, regno, reg)
    elif (reg.kind, int(reg.flags)) not in MOVABLE:
        check_unmodified(walk, regno, reg, fixed_allowed=reg.kind is Kind.BTF_ID)


def _note_reference(walk: "Walk", meta: CallMeta, regno: int, reg: Register, arg: Arg) -> None:
    if arg in RELEASES:
        if not reg.ref and not is_null(reg):
            refuse(walk, resource_rules.RELEASE_UNREFERENCED, reg=regno, helper=meta.name)
        meta.release_regno = regno
    elif arg is Arg.DYNPTR_RELEASE:
        dynptrs.check_held(walk, regno)
        meta.release_regno = regno
    if reg.ref and arg is not Arg.KPTR_DEST:
        if meta.ref:
            refuse(walk, resource_rules.TWO_REFERENCES, reg=regno, first=meta.ref, second=reg.ref)
        meta.ref = reg.ref


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
    if meta.helper.args[meta.release_regno - 1] is Arg.DYNPTR_RELEASE:
        dynptrs.release(walk, meta.release_regno)
    elif meta.ref and not resources.release(walk, meta.ref):
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


__all__ = ["CallMeta", "check"]
