/* Tail calls into a prog array that is filled in the source, maps in maps, a callback, two hooks. */
#include "bpf.h"

struct inner {
	__uint(type, 2);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
};

struct inner first SEC(".maps");
struct inner second SEC(".maps");

struct {
	__uint(type, 12);
	__uint(max_entries, 8);
	__type(key, u32);
	__array(values, struct inner);
} outer SEC(".maps") = {
	.values = { [2] = &first, [5] = &second },
};

int drop(struct xdp_md *ctx);
int look(struct xdp_md *ctx);

struct {
	__uint(type, 3);
	__uint(max_entries, 4);
	__uint(key_size, 4);
	__array(values, int(void *));
} jumps SEC(".maps") = {
	.values = { [0] = (void *)&drop, [3] = (void *)&look },
};

static long step(u32 index, void *ctx)
{
	*(u32 *)ctx += index;
	return 0;
}

SEC("xdp")
int drop(struct xdp_md *ctx)
{
	return 1;
}

SEC("?xdp")
int look(struct xdp_md *ctx)
{
	u32 sum = 0, key = 2;
	void *found = bpf_map_lookup_elem(&outer, &key);

	if (found)
		sum++;
	bpf_loop(4, step, &sum, 0);
	return sum;
}

SEC("tc")
int start(void *ctx)
{
	bpf_tail_call(ctx, &jumps, 0);
	return 0;
}
