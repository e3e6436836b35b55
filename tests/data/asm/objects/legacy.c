/* The older way to declare a map, no licence, no hook that is known. */
#include "bpf.h"

struct bpf_map_def {
	u32 type, key_size, value_size, max_entries, map_flags;
};

struct bpf_map_def old SEC("maps") = { 2, 4, 16, 3, 0 };
struct bpf_map_def older SEC("maps") = { 1, 8, 1, 5, 1 };

SEC("something")
int probe(void *ctx)
{
	u64 key = 0;

	return bpf_map_lookup_elem(&older, &key) != bpf_map_lookup_elem(&old, &key);
}
