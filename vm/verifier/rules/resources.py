"""Rules of what is acquired and must be given back: references and spin locks."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _resource(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.RESOURCE_LIFETIME, what, hint)


REFERENCE_LEAK = _resource(
    "{lines}{where} would lead to reference leak",
    "What was acquired at pc {alloc} is still held here and would be lost for ever.",
    "release it on every way: bpf_ringbuf_submit or bpf_ringbuf_discard, bpf_sk_release",
)
LOCK_AT = _resource(
    "{where} cannot be used inside bpf_spin_lock-ed region",
    "A spin lock taken at pc {alloc} is still held here.",
    "call bpf_spin_unlock on every way before",
)
RCU_AT = _resource(
    "{where} cannot be used inside bpf_rcu_read_lock-ed region",
    "The RCU read lock is still held here.",
    "call bpf_rcu_read_unlock on every way before",
)
PREEMPT_AT = _resource(
    "{where} cannot be used inside bpf_preempt_disable-ed region",
    "Preemption is still switched off here.",
    "call bpf_preempt_enable on every way before",
)
RELEASE_MOVED = _resource(
    "R{reg} must have zero offset when passed to release func or trusted arg to kfunc",
    "r{reg} was moved by {off} bytes; what is given back must be the pointer as it was handed out.",
    "keep a copy of the pointer before adding to it",
)
RELEASE_UNREFERENCED = _resource(
    "R{reg} must be referenced when passed to release function",
    "r{reg} is not something that {helper} could give back.",
    "pass the pointer that was acquired; after releasing it is worthless",
)
RELEASE_TWICE = _resource(
    "func {helper}#{id} reference has not been acquired before",
    "What r{reg} belonged to is not held any more.",
    "release it once on each way",
)
TWO_REFERENCES = _resource(
    "more than one arg with ref_obj_id R{reg} {second} {first}",
    "Two arguments of this call are things that were acquired.",
    "pass them in separate calls",
    Errno.EACCES,
)
LOCK_VARIABLE = _resource(
    "R{reg} doesn't have constant offset. bpf_spin_lock has to be at the constant offset",
    "The place of the lock depends on a number.",
    "pass the value's pointer with a constant offset",
)
LOCK_OFFSET = _resource(
    "off {off} doesn't point to 'struct bpf_spin_lock' that is at {lock}",
    "The lock of map `{map}` lies at offset {lock} of the value; r{reg} points {off} bytes into it.",
    "pass the address of the lock itself",
)
UNLOCK_NONE = _resource(
    "bpf_spin_unlock without taking a lock",
    "No lock is held here.",
    "call bpf_spin_lock before, on every way that leads here",
)
UNLOCK_OTHER = _resource(
    "bpf_spin_unlock of different lock",
    "The lock that was taken at pc {alloc} is another one, or was found by another look-up.",
    "keep the pointer that was locked, and unlock through it",
)
LOCK_DIRECT = _resource(
    "bpf_spin_lock cannot be accessed directly by load/store",
    "Bytes {lock} to {end} of the value are its spin lock.",
    "leave the lock to bpf_spin_lock and bpf_spin_unlock",
    Errno.EACCES,
)
FIELD_VARIABLE = _resource(
    "R{reg} doesn't have constant offset. {struct} has to be at the constant offset",
    "The place of the {struct} depends on a number.",
    "pass the value's pointer with a constant offset",
)
FIELD_NO_BTF = _resource(
    "map '' has to have BTF in order to use {struct}",
    "Linux finds it by the type of the map's value, and map `{map}` was made without types.",
    "make the map with BTF, as libbpf does",
)
LOCK_NO_BTF = _resource(
    "map '' has to have BTF in order to use bpf_spin_lock",
    "Linux finds the lock by the type of the map's value, and this map was made without types.",
    "make the map with BTF (a value structure with a `struct bpf_spin_lock`), as libbpf does",
)
