"""Offsets into kernel structures of Linux 6.18, as this project's dumps show them."""

MAP_MAX_ENTRIES = 0x4C
"""struct bpf_map: max_entries."""
ARRAY_VALUES = 312
"""struct bpf_array: where the elements, or the programs of a program array, begin (value, ptrs)."""
PROG_FUNCTION = 0x48
"""struct bpf_prog: bpf_func."""
HASH_KEY = 48
"""struct htab_elem: where the key is; the value follows, rounded up to 8 bytes."""
LRU_REFERENCED = 35
"""struct htab_elem: lru_node.ref, set when an element is looked up."""
