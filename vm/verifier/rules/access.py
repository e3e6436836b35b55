"""Rules of loads and stores through pointers: kinds, bounds, alignment."""

from vm.uapi.errno import Errno
from vm.verifier.category import Category
from vm.verifier.rejection import Rule


def _memory(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.MEMORY, what, hint)


def _kind(message: str, what: str, hint: str, errno: Errno = Errno.EACCES) -> Rule:
    return Rule(message, errno, Category.REGISTER_TYPE, what, hint)


MEM_SCALAR = _kind(
    "R{reg} invalid mem access '{type}'",
    "r{reg} holds a number here, not a pointer, so there is no memory to access through it.",
    "use the register that holds the pointer; arithmetic in 32 bits (w{reg}) turns a pointer into a number",
)
MEM_MAYBE_NULL = _memory(
    "R{reg} invalid mem access '{type}'",
    "r{reg} may be null: what returned it had perhaps nothing to return, and this access does not know.",
    "compare before the access: `if r{reg} == 0 goto …`",
)
MEM_POINTER_KIND = _kind(
    "R{reg} invalid mem access '{type}'",
    "r{reg} holds a pointer ({type}) that is not for accessing memory.",
    "it can be compared or passed on; access memory through the pointer to the data itself",
)
_MIN = "\nR{reg} min value is outside of the allowed memory range"
_MAX = "\nR{reg} max value is outside of the allowed memory range"
_VALUE = "invalid access to map value, value_size={limit} off={off} size={size}"
_KEY = "invalid access to map key, key_size={limit} off={off} size={size}"
_REGION = "invalid access to memory, mem_size={limit} off={off} size={size}"
_CONSTANT_HINT = "stay within the {limit} bytes from 0 on, or make the {region} larger"
_INDEX_HINT = "narrow the index before it is added, for example `if r1 >= … goto …` or `r1 &= …`"


def _least(message: str) -> Rule:
    return _memory(
        message + _MIN,
        "The access begins at byte {off} of the {region} and takes {size}; the {region} has {limit} bytes.",
        _CONSTANT_HINT,
    )


def _greatest(message: str) -> Rule:
    return _memory(
        message + _MAX,
        "At its largest, r{reg} puts the access at byte {off} of the {region}, taking {size}; the {region} "
        "has "
        "{limit} bytes.",
        _INDEX_HINT,
    )


MAP_VALUE_MIN = _least(_VALUE)
MAP_VALUE_MAX = _greatest(_VALUE)
MAP_KEY_MIN = _least(_KEY)
MAP_KEY_MAX = _greatest(_KEY)
REGION_MIN = _least(_REGION)
REGION_MAX = _greatest(_REGION)
NEGATIVE_INDEX = _memory(
    "R{reg} min value is negative, either use unsigned index or do a if (index >=0) check.",
    "What was added to r{reg} may be negative (as little as {least}), so the access could lie before the "
    "start.",
    "make the index unsigned: mask it (`&=`), load it as u8, u16 or u32, or jump away if it is below 0",
)
UNBOUNDED = _memory(
    "R{reg} unbounded memory access, make sure to bounds check any such access",
    "What was added to r{reg} has no upper bound the verifier knows.",
    _INDEX_HINT,
)
PACKET_OUTSIDE = _memory(
    "invalid access to packet, off={off} size={size}, R{reg}(id={id},off={off},r={range})\n"
    "R{reg} offset is outside of the packet",
    "The access takes bytes {off} to {last} from where r{reg} is counted, and only {range} bytes are "
    "proved to "
    "lie before the packet's end.",
    "compare with data_end first: pointer + {end} must not be beyond it, on the way that leads here",
)
PACKET_PAST_END = _memory(
    "R{reg} offset is outside of the packet",
    "On this way r{reg} is known to lie at or beyond the packet's end.",
    "access the packet on the other way out of the comparison with data_end",
    Errno.EINVAL,
)
PACKET_WRITE = Rule(
    "cannot write into packet",
    Errno.EACCES,
    Category.EXECUTION_CONTEXT,
    "Programs of type {prog_type} may read the packet directly, but not write to it.",
    "use a helper such as bpf_skb_store_bytes where the type has it, or another hook",
)
MAP_WRITE_FORBIDDEN = Rule(
    "write into map forbidden, value_size={value_size} off={off} size={size}",
    Errno.EACCES,
    Category.POLICY,
    "Map `{map}` was made with BPF_F_RDONLY_PROG: programs may only read it.",
    "write to another map, or make this one without the flag",
)
MAP_READ_FORBIDDEN = Rule(
    "read from map forbidden, value_size={value_size} off={off} size={size}",
    Errno.EACCES,
    Category.POLICY,
    "Map `{map}` was made with BPF_F_WRONLY_PROG: programs may only write to it.",
    "read another map, or make this one without the flag",
)
MAP_KEY_WRITE = Rule(
    "write to change key R{reg} not allowed",
    Errno.EACCES,
    Category.POLICY,
    "r{reg} points to the key of a map entry; changing it would put the entry in the wrong place.",
    "delete the entry and insert it under the new key",
)
READ_ONLY = Rule(
    "R{reg} cannot write into {type}",
    Errno.EACCES,
    Category.POLICY,
    "r{reg} points to memory that programs may only read ({type}).",
    "copy what you need to the stack and change it there",
)
MISALIGNED_PACKET = _memory(
    "misaligned packet access off 2+{var_off}+{reg_off}+{off} size {size}",
    "An access of {size} bytes through r{reg} is not at a multiple of {size}, counted as the machine lays "
    "packets.",
    "access byte by byte and put the number together, or load without strict alignment",
)
MISALIGNED = _memory(
    "misaligned {region}access off {var_off}+{reg_off}+{off} size {size}",
    "An access of {size} bytes must be at a multiple of {size}; offset {reg_off} + {off} is not.",
    "use an offset that is a multiple of {size}, or a smaller width",
)
MAP_PTR_NEGATIVE = _memory(
    "R{reg} is {struct} invalid negative access: off={off}",
    "r{reg} is a map itself, not one of its values, and nothing lies before it.",
    "look a value up with bpf_map_lookup_elem",
)
MAP_PTR_WRITE = _kind(
    "only read from {struct} is supported",
    "r{reg} is the map itself, not one of its values; programs may not change the map's own structure.",
    "look a value up with bpf_map_lookup_elem and write through what it returns",
)
MAP_PTR_PERFMON = Rule(
    "'struct {struct}' access is allowed only to CAP_PERFMON and CAP_SYS_ADMIN",
    Errno.EPERM,
    Category.POLICY,
    "r{reg} is the map itself; reading the kernel's own structure needs CAP_PERFMON.",
    "look a value up with bpf_map_lookup_elem",
)
FLOW_KEYS_OUTSIDE = _memory(
    "invalid access to flow keys off={off} size={size}",
    "The access takes {size} bytes at {off} of struct bpf_flow_keys, which has {limit}.",
    "use the offsets of struct bpf_flow_keys",
)
BUFFER_NEGATIVE = _memory(
    "R{reg} invalid {buffer} buffer access: off={off}, size={size}",
    "The access lies {off} bytes before the buffer r{reg} points to.",
    "use an offset from 0 on",
)
BUFFER_VARIABLE = _memory(
    "R{reg} invalid variable buffer offset: off={off}, var_off={var_off}",
    "A number only known at run time was added to r{reg}; this buffer takes constant offsets only.",
    "use constant offsets",
)
SOCK_FIELD = _memory(
    "R{reg} invalid {type} access off={off} size={size}",
    "There is no readable field of {size} bytes at offset {off} of what r{reg} points to ({type}).",
    "use the offsets of struct bpf_sock, and for a whole socket call bpf_sk_fullsock first",
)
ATOMIC_STORE = _kind(
    "BPF_ATOMIC stores into R{reg} {type} is not allowed",
    "Atomic operations work on the stack, map values and other plain memory, not on {type} as in r{reg}.",
    "do the atomic operation on a map value, or use a plain load and store",
)
ATOMIC_LOAD = _kind(
    "BPF_ATOMIC loads from R{reg} {type} is not allowed",
    "Ordered loads work on the stack, map values and other plain memory, not on {type} as in r{reg}.",
    "use a plain load",
)
