"""Rules of calls of kernel functions (kfuncs), iterators and regions between two such calls."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _call(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.CALL_TYPE, what, hint)


def _resource(message: str, what: str, hint: str, errno: Errno = Errno.EINVAL) -> Rule:
    return Rule(message, errno, Category.RESOURCE_LIFETIME, what, hint)


KFUNC_NOT_HERE = _call(
    "calling kernel function {helper} is not allowed",
    "Programs of type {prog_type} may not call the kernel function {helper}.",
    "use a helper, or a program type that may call it",
    Errno.EACCES,
)
KFUNC_SLEEPS = _call(
    "program must be sleepable to call sleepable kfunc {helper}",
    "{helper} may sleep, and this program runs where the kernel may not.",
    "call it in a program that is loaded with BPF_F_SLEEPABLE",
    Errno.EACCES,
)
KFUNC_DEVICE_BOUND = _call(
    "metadata kfuncs require device-bound program",
    "What the driver of one network device knows of a packet can be asked, and this load names none.",
    "load the program for a device",
)
KFUNC_TRAP = _call(
    "unexpected __bpf_trap() due to uninitialized variable?",
    "The compiler put this call where it found that the code has no meaning.",
    "set every variable before it is used",
    Errno.EFAULT,
)
ARG_NOT_SCALAR = _call(
    "R{reg} is not a scalar",
    "{helper} takes a number in r{reg}, which holds a {type}.",
    "pass a number",
)
ARG_NOT_CONSTANT = _call(
    "R{reg} must be a known constant",
    "{helper} takes a number in r{reg} that is known when the program is loaded.",
    "set r{reg} to a constant",
)
ARG_NULL = _call(
    "Possibly NULL pointer passed to trusted arg{arg}",
    "r{reg} may be null, and {helper} trusts it.",
    "compare it with 0 first",
    Errno.EACCES,
)
ARG_NOT_TRUSTED = _call(
    "R{reg} must be referenced or trusted",
    "Nothing keeps what r{reg} points at alive while {helper} works with it.",
    "pass what was acquired, or a pointer the kernel vouches for",
)
ARG_NOT_RCU = _call(
    "R{reg} must be a rcu pointer",
    "Nothing keeps what r{reg} points at alive while {helper} works with it.",
    "hold bpf_rcu_read_lock, or acquire the object",
)
ARG_NOT_CONTEXT = _call(
    "arg#{arg} expected pointer to ctx, but got {type}",
    "{helper} takes the program's context in r{reg}.",
    "pass what r1 held at the start",
)
ARG_STRUCT_KIND = _call(
    "arg#{arg} pointer type {word} {name} must point to scalar, {also}or struct with scalar",
    "{helper} takes a pointer to the kernel's own {name} in r{reg}, which holds a {type}.",
    "pass a pointer that the kernel has handed out",
)
ARG_OTHER_STRUCT = _call(
    "kernel function {helper} args#{arg} expected pointer to {word} {name} but R{reg} has a pointer to "
    "{its_word} {its_name}",
    "{helper} takes a pointer to {name} in r{reg}, which points at {its_name}.",
    "pass a pointer to {name}",
)  # fmt: skip
ARG_NO_STRUCT = _call(
    "kernel function {helper} args#{arg} pointer type {word} {name} is not supported",
    "r{reg} points at a structure of the kernel, and {helper} takes none there.",
    "pass memory of the program",
)
ARG_UNSAFE = _call(
    "arg#{arg} is {type} expected {expected} or socket",
    "The kernel does not vouch for what r{reg} points at.",
    "pass a pointer that the kernel vouches for",
)
ARG_NOT_OBJECT = _call(
    "arg#{arg} expected pointer to allocated object",
    "{helper} takes an object that bpf_obj_new made.",
    "pass what bpf_obj_new returned",
)
ARG_NOT_VALUE_OR_OBJECT = _call(
    "arg#{arg} expected pointer to map value or allocated object",
    "{helper} works on a part of a map's value, or of an object that bpf_obj_new made.",
    "pass a pointer into a map value",
)
ARG_NOT_LOCK = _call(
    "arg#{arg} doesn't point to map value or allocated object",
    "{helper} works on a lock in a map's value, or in an object that bpf_obj_new made.",
    "pass a pointer into a map value",
)
ARG_NOT_VALUE = _call(
    "arg#{arg} doesn't point to a map value",
    "{helper} works on a part of a map's value.",
    "pass a pointer into a map value",
)
ARG_NOT_MAP = _call(
    "pointer in R{reg} isn't map pointer",
    "{helper} takes a map in r{reg}.",
    "load the map's address",
)
ARG_NOT_STRING = _call(
    "arg#{arg} doesn't point to a const string",
    "{helper} takes a string that never changes in r{reg}.",
    "declare it with .string and pass its address",
)
ARG_NOT_REFCOUNTED = _call(
    "arg#{arg} is neither owning or non-owning ref",
    "{helper} takes an object that bpf_obj_new made.",
    "pass what bpf_obj_new returned",
)
ARG_NOT_FUNCTION = _call(
    "arg{arg} expected pointer to func",
    "{helper} takes a function of the program in r{reg}.",
    "load its address",
)
PAIR_INVALID = _call(
    "{lines}arg#{arg} arg#{next} memory, len pair leads to invalid memory access",
    "{helper} was given memory in r{reg} that is not as large as the next argument says.",
    "pass as many bytes as there are",
    Errno.EACCES,
)
PART_NOT_FOUND = _call(
    "{struct} not found at offset={off}",
    "Linux finds it by the type of the map's value, and this map was made without types.",
    "make the map with BTF, as libbpf does",
)
NOTHING_RELEASED = _resource(
    "release kernel function {helper} expects refcounted PTR_TO_BTF_ID",
    "{helper} gives something back, and r1 is nothing that was acquired.",
    "pass what was acquired",
)
KFUNC_RELEASED_TWICE = _resource(
    "kfunc {helper}#{id} reference has not been acquired before",
    "What is given back here is not held any more.",
    "release it once on each way",
)
DYNPTR_KIND = _call(
    "arg#{arg} expected pointer to stack or const struct bpf_dynptr",
    "{helper} takes a dynptr in r{reg}, which holds a {type}.",
    "pass the address of a dynptr on the stack",
)
ITER_KIND = _call(
    "arg#{arg} expected pointer to an iterator on stack",
    "{helper} takes an iterator in r{reg}, which holds a {type}.",
    "pass the address of {size} bytes of stack",
)
ITER_USED = _call(
    "expected uninitialized iter_{iter} as arg #{arg}",
    "r{reg} is to point at {size} bytes of stack for a new iterator, at a multiple of 8, with none there.",
    "destroy the iterator first, or use another place",
)
ITER_UNSET = _call(
    "expected an initialized iter_{iter} as arg #{arg}",
    "r{reg} does not point at the beginning of an iterator that was made before.",
    "make one first with bpf_iter_{iter}_new, and leave its bytes alone",
)
ITER_NO_RCU = _call(
    "expected an RCU CS when using {helper}",
    "The iterator is only good as long as the RCU lock is held under which it was made.",
    "keep bpf_rcu_read_lock from making it to destroying it",
    Errno.EPROTO,
)
ITER_CSS_TASK = _call(
    "css_task_iter is only allowed in bpf_lsm, bpf_iter and sleepable progs",
    "The tasks of a control group cannot be walked from programs of this type.",
    "use a program that may sleep",
)
NEEDS_RCU = _call(
    "kernel func {helper} requires RCU critical section protection",
    "{helper} works with objects that live only as long as RCU is held.",
    "call bpf_rcu_read_lock before",
    Errno.EACCES,
)
RCU_NESTED = _resource(
    "nested rcu read lock (kernel function {helper})",
    "RCU is already held.",
    "unlock before locking again",
)
RCU_UNMATCHED = _resource(
    "unmatched rcu read unlock (kernel function {helper})",
    "RCU is not held here.",
    "lock before unlocking, once on each way",
)
RCU_SLEEPS = _resource(
    "kernel func {helper} is sleepable within rcu_read_lock region",
    "{helper} may sleep, and RCU is held.",
    "call bpf_rcu_read_unlock before",
    Errno.EACCES,
)
PREEMPT_UNMATCHED = _resource(
    "unmatched attempt to enable preemption (kernel function {helper})",
    "Preemption is not switched off here.",
    "disable before enabling, once on each way",
)
PREEMPT_SLEEPS = _resource(
    "kernel func {helper} is sleepable within non-preemptible region",
    "{helper} may sleep, and preemption is switched off.",
    "call bpf_preempt_enable before",
    Errno.EACCES,
)
IRQ_SLEEPS = _resource(
    "kernel func {helper} is sleepable within IRQ-disabled region",
    "{helper} may sleep, and interrupts are switched off.",
    "call bpf_local_irq_restore before",
    Errno.EACCES,
)
IRQ_KIND = _call(
    "arg#{arg} doesn't point to an irq flag on stack",
    "{helper} keeps whether interrupts were on in 8 bytes of stack, and r{reg} does not point there.",
    "pass r10 minus a multiple of 8",
)
IRQ_USED = _call(
    "expected uninitialized irq flag as arg#{arg}",
    "There is such a flag already at that place, or it is no place for one.",
    "use other 8 bytes of stack, at a multiple of 8",
)
IRQ_UNSET = _call(
    "expected an initialized irq flag as arg#{arg}",
    "bpf_local_irq_save has kept nothing at that place.",
    "pass the address that was passed to bpf_local_irq_save",
)
IRQ_ORDER = _resource(
    "cannot restore irq state out of order, expected id={expected} acquired at insn_idx={alloc}",
    "Interrupts were switched off again after this flag was kept: the last one has to be restored first.",
    "restore in the opposite order",
    Errno.EACCES,
)
IRQ_AT = _resource(
    "{where} cannot be used inside bpf_local_irq_save-ed region",
    "Interrupts are still switched off here.",
    "call bpf_local_irq_restore on every way before",
)
NO_PROGRAM_TYPES = _call(
    "bpf_obj_new/bpf_percpu_obj_new requires prog BTF",
    "The type of the object is one of the program's own, and the program was loaded without types.",
    "load it with BTF, as libbpf does",
)
CAST_NO_CONTEXT = _call(
    "kern ctx type id {id} is not a struct",
    "The context of programs of type {prog_type} is no structure of the kernel.",
    "use the context as it is",
)
RDONLY_CAST_TYPE = _call(
    "Unknown type ID {id} passed to kfunc bpf_rdonly_cast",
    "This kernel has no type of that number.",
    "let libbpf fill in the numbers of types",
)
RDONLY_CAST_KIND = _call(
    "kfunc bpf_rdonly_cast type ID argument must be of a struct or void",
    "In the types of this kernel number {id} is no structure.",
    "let libbpf fill in the numbers of types",
)
SLICE_NOT_WRITABLE = _call(
    "the prog does not allow writes to packet data",
    "Programs of type {prog_type} may only read packets.",
    "use bpf_dynptr_slice",
)
