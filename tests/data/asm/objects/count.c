/* Counts packets by protocol: a map with typed keys, global data, a text, a function called twice. */
#include "bpf.h"

struct flow {
	__be32 source;
	__be16 port;
	u8 proto;
	u8 pad;
};

struct counters {
	u64 packets;
	u64 bytes;
};

struct {
	__uint(type, 1);
	__uint(max_entries, 1024);
	__type(key, struct flow);
	__type(value, struct counters);
} flows SEC(".maps");

struct {
	__uint(type, 27);
	__uint(max_entries, 4096);
} events SEC(".maps");

struct {
	__uint(type, 2);
	__uint(key_size, 4);
	__uint(value_size, 8);
	__uint(max_entries, 2);
	__uint(map_flags, 1024);
} totals SEC(".maps");

const volatile u32 smallest = 34;
u64 seen = 7;
u64 dropped;

static __noinline int count(u32 slot)
{
	u64 *total = bpf_map_lookup_elem(&totals, &slot);

	if (total)
		__sync_fetch_and_add(total, 1);
	return slot;
}

SEC("xdp")
int count_flows(struct xdp_md *ctx)
{
	u8 *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct flow key = {};
	struct counters *known, first = { 1, 0 };

	seen++;
	if (data + smallest > end || data + 34 > end) {
		static const char fmt[] = "short by %d";

		bpf_trace_printk(fmt, sizeof(fmt), (int)smallest);
		dropped++;
		count(0);
		return 1;
	}
	key.source = *(__be32 *)(data + 26);
	key.proto = data[23];
	known = bpf_map_lookup_elem(&flows, &key);
	if (known) {
		known->packets++;
		known->bytes += end - data;
	} else {
		bpf_map_update_elem(&flows, &key, &first, 1);
	}
	count(1);
	return 2;
}

char _license[] SEC("license") = "Dual BSD/GPL";
