"""Examples of the reference that are written by hand: helpers that come in pairs, and rejections."""

from app.schemas.lessons import CategoryRef
from vm.verifier.category import Category

_RESERVE = """.map events ringbuf entries=4096
r1 = events ll
r2 = 8
r3 = 0
call bpf_ringbuf_reserve
if r0 == 0 goto full
*(u64 *)(r0 + 0) = 7
r1 = r0
r2 = 0
call {end}
full:
r0 = 0
exit
"""
_SOCKET = """r6 = r1
*(u64 *)(r10 - 16) = 0
*(u64 *)(r10 - 8) = 0
r2 = r10
r2 += -16
r3 = 12
r4 = -1
r5 = 0
call {look}
if r0 == 0 goto none
r1 = r0
call bpf_sk_release
none:
r0 = 0
exit
"""
_LOOP = """r1 = 4
r2 = once ll
r3 = 0
r4 = 0
call bpf_loop
r0 = 0
exit
once:
r0 = 0
exit
"""
_COMPARE = """.string word "curl"
*(u64 *)(r10 - 8) = 0
r1 = r10
r1 += -8
r2 = 8
r3 = word ll
call bpf_strncmp
r0 = 0
exit
"""
WRITTEN: tuple[tuple[str, str, str], ...] = (
    ("bpf_ringbuf_reserve", "tc", _RESERVE.format(end="bpf_ringbuf_submit")),
    ("bpf_ringbuf_submit", "tc", _RESERVE.format(end="bpf_ringbuf_submit")),
    ("bpf_ringbuf_discard", "tc", _RESERVE.format(end="bpf_ringbuf_discard")),
    ("bpf_sk_lookup_tcp", "tc", _SOCKET.format(look="bpf_sk_lookup_tcp")),
    ("bpf_sk_lookup_udp", "tc", _SOCKET.format(look="bpf_sk_lookup_udp")),
    ("bpf_skc_lookup_tcp", "tc", _SOCKET.format(look="bpf_skc_lookup_tcp")),
    ("bpf_sk_release", "tc", _SOCKET.format(look="bpf_sk_lookup_tcp")),
    ("bpf_loop", "xdp", _LOOP),
    ("bpf_strncmp", "xdp", _COMPARE),
)
"""Helper, hook, program."""

_REJECTED = """\
== register-type | Register type | xdp
A register does not hold what the instruction needs: it was never set, or it is a number where an
address is wanted, or an address that may be missing.
--
r0 = r2
exit
== memory | Memory | xdp
An access that is not proved to stay inside its object: stack, packet, map value or context.
--
r0 = *(u64 *)(r10 + 8)
exit
== resource-lifetime | Resource lifetime | xdp
Something that was taken is not given back on some way out: a record, a socket, a lock.
--
.map events ringbuf entries=4096
r1 = events ll
r2 = 8
r3 = 0
call bpf_ringbuf_reserve
r0 = 2
exit
== call-type | Call type | xdp
A helper or function is given an argument of another type than it takes.
--
r1 = 0
r2 = r10
r2 += -8
call bpf_map_lookup_elem
r0 = 2
exit
== execution-context | Execution context | xdp
What is asked for cannot be had here: at this hook, in this context field, while a lock is held.
--
r2 = 1
*(u32 *)(r1 + xdp_md.data) = r2
r0 = 2
exit
== program-structure | Program structure | xdp
The instructions do not make a whole program: it falls off the end, jumps out of it, or holds what
nothing reaches.
--
r0 = 2
== policy | Policy | kprobe/do_sys_openat2
Linux could run it and does not let this loader or licence do so.
--
.license Proprietary
r1 = r10
r1 += -8
r2 = 8
r3 = 0
call bpf_probe_read_kernel
r0 = 0
exit
== limits | Limits | xdp
The verifier gives up: too many instructions to walk, too many states, too deep a stack.
--
r0 = 0
r1 = 0
again:
r1 += 1
if r1 < 2000000 goto again
exit
"""
"""A category, its title, a hook; what it is about; and a program that is refused for it."""


def categories() -> list[CategoryRef]:
    """All categories, each with a program that is refused for it."""
    return [_category(part) for part in _REJECTED.split("== ")[1:]]


def _category(part: str) -> CategoryRef:
    head, _, rest = part.partition("\n")
    slug, title, hook = head.split(" | ")
    doc, _, program = rest.partition("\n--\n")
    return CategoryRef(
        slug=Category(slug).value,
        title=title,
        doc=" ".join(doc.split()),
        hook=hook,
        source=f".hook {hook}\n{program}",
    )
