"""Pointers to structures of the kernel (BTF): which helpers take which, and what may be loaded from them."""

from typing import TYPE_CHECKING, Final

from vm.helpers.api import Arg
from vm.verifier import scalar, tnum
from vm.verifier.checks.argument_types import TAKES
from vm.verifier.checks.common import refuse
from vm.verifier.checks.pointers import check_structure_secret
from vm.verifier.checks.structure_walk import Found, Missed, holds, look
from vm.verifier.options import SLEEPABLE
from vm.verifier.register import Flag, Kind, Register
from vm.verifier.register import scalar as scalar_register
from vm.verifier.rejection import unsupported
from vm.verifier.rules import arguments as rules
from vm.verifier.rules import structures as access
from vm.verifier.signatures import Signature

if TYPE_CHECKING:
    from vm.verifier.walk import Walk

SOCK_COMMON: Final = "sock_common"
_MEMORY: Final = TAKES[Arg.MEM_RDONLY].types


def check_argument(walk: "Walk", helper: Signature, regno: int, arg: Arg) -> None:
    """A pointer to a structure passed as an argument is to one the helper takes."""
    reg, takes = walk.regs[regno], TAKES[arg]
    if reg.kind is not Kind.BTF_ID:
        return
    if takes.types == _MEMORY:
        if not takes.reads_only:
            refuse(walk, rules.MAY_WRITE_STRUCTURE, helper=helper.name, reg=regno, type=reg.type_text)
        return
    wanted = helper.structs.get(regno, SOCK_COMMON)
    if reg.flags & Flag.PERCPU or matches(walk, reg, wanted):
        return
    refuse(walk, rules.OTHER_STRUCTURE, reg=regno, struct=reg.btf, expected=wanted, helper=helper.name)


def matches(walk: "Walk", reg: Register, wanted: str) -> bool:
    """The pointer is to the structure ``wanted``, or to one that has it at that place."""
    found = holds(reg.btf, reg.off, wanted)
    if isinstance(found, Missed):
        walk.log.write(found.rule.message.format_map(found.details) + "\n")
        return False
    return found


_UNKNOWN: Final = scalar_register(scalar.UNKNOWN)
_TAGS: Final = {"rcu": Flag.RCU, "user": Flag.USER, "percpu": Flag.PERCPU}
_TRUSTED_FIELDS: Final = {("file", "f_inode"), ("linux_binprm", "file")}
_TRUSTED_OR_NULL: Final = {("dentry", "d_inode"), ("socket", "sk")}
_RCU_FIELDS: Final = {
    ("task_struct", "cpus_ptr"), ("task_struct", "cgroups"), ("task_struct", "real_parent"),
    ("task_struct", "group_leader"), ("cgroup", "kn"), ("css_set", "dfl_cgrp"),
    ("cgroup_subsys_state", "cgroup"),
}  # fmt: skip
_RCU_OR_NULL: Final = {("mm_struct", "exe_file"), ("sk_buff", "sk"), ("request_sock", "sk")}
"""Fields the kernel vouches for, by structure."""


def read(walk: "Walk", regno: int, off: int, size: int) -> Register:
    """What a load of ``size`` bytes at ``off`` (fixed part included) of a structure gives."""
    reg = walk.regs[regno]
    _check_access(walk, regno, reg, off)
    found = _found(walk, reg.btf, off, size)
    if found.sort != "pointer":
        return loaded(walk, found, 0)
    return loaded(walk, found, _trust(walk, reg, found))


def write(walk: "Walk", regno: int, off: int) -> None:
    """Programs may not write to structures of the kernel."""
    reg = walk.regs[regno]
    _check_access(walk, regno, reg, off)
    refuse(walk, access.STRUCT_ONLY_READ, reg=regno, struct=reg.btf)


def read_from(walk: "Walk", struct: str, off: int, size: int) -> Register:
    """What a load from a structure gives whose pointer is neither trusted nor not."""
    found = _found(walk, struct, off, size)
    return loaded(walk, found, _flags(found) & ~Flag.TRUSTED)


def _check_access(walk: "Walk", regno: int, reg: Register, off: int) -> None:
    check_structure_secret(walk, reg)
    if not walk.program.gpl:
        refuse(walk, access.STRUCT_LICENSE, struct=reg.btf, license=walk.program.license)
    if off < 0:
        refuse(walk, access.STRUCT_NEGATIVE, reg=regno, struct=reg.btf, off=off)
    if not reg.value.is_const or reg.value.value:
        var_off = tnum.text(reg.value.var_off)
        refuse(walk, access.STRUCT_VARIABLE, reg=regno, struct=reg.btf, off=off, var_off=var_off)
    if reg.flags & Flag.USER:
        refuse(walk, access.STRUCT_USER_MEMORY, reg=regno, struct=reg.btf, off=off)
    if reg.flags & Flag.PERCPU:
        refuse(walk, access.STRUCT_PERCPU_MEMORY, reg=regno, struct=reg.btf, off=off)


def _found(walk: "Walk", struct: str, off: int, size: int) -> Found:
    found = look(struct, off, size)
    if found is None:
        raise unsupported(walk.pc, f"reading struct {struct}")
    if isinstance(found, Missed):
        refuse(walk, found.rule, **found.details)
    return found


def _flags(found: Found) -> int:
    return int(_TAGS.get(found.tag, Flag.NONE)) | (int(Flag.UNTRUSTED) if found.doubtful else 0)


def _trust(walk: "Walk", reg: Register, found: Found) -> int:
    """How far the kernel vouches for a pointer that was loaded through ``reg``."""
    if reg.flags & Flag.UNTRUSTED:
        return int(Flag.UNTRUSTED)
    flags, field = _flags(found), (reg.btf, found.field)
    if not (reg.flags & (Flag.TRUSTED | Flag.RCU) or reg.ref):
        return flags & ~(Flag.TRUSTED | Flag.RCU)
    if field in _TRUSTED_FIELDS:
        return flags | Flag.TRUSTED
    if field in _TRUSTED_OR_NULL:
        return flags | Flag.TRUSTED | Flag.MAYBE_NULL
    if walk.options.load_flags & SLEEPABLE and not walk.state.rcu:
        return int(Flag.UNTRUSTED)
    if field in _RCU_FIELDS:
        return flags | Flag.RCU
    if field in _RCU_OR_NULL:
        return (flags | Flag.RCU | Flag.MAYBE_NULL) & ~Flag.UNTRUSTED
    if flags & Flag.RCU:
        return flags | Flag.MAYBE_NULL
    return flags if flags & (Flag.PERCPU | Flag.USER) else flags & ~(Flag.TRUSTED | Flag.RCU)


def loaded(walk: "Walk", found: Found, flags: int) -> Register:
    """The register that holds what was found."""
    if found.sort == "number":
        return _UNKNOWN
    if found.sort == "other":
        return Register(Kind.MEM, scalar.ZERO, flags=int(Flag.RDONLY | Flag.UNTRUSTED))
    number = walk.new_id() if flags & Flag.MAYBE_NULL else 0
    return Register(Kind.BTF_ID, scalar.ZERO, flags=flags, id=number, btf=found.target)
