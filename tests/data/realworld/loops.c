/* Loops of every kind, callbacks, functions, locks, tables in memory. */
#include "hook.h"

struct vec { u32 n; u32 items[32]; };
struct sum_ctx { u64 sum; u32 seen; u32 limit; };
MAP(vectors, BPF_MAP_TYPE_ARRAY, u32, struct vec, 2);
MAP(words, BPF_MAP_TYPE_HASH, u32, u64, 32);
MAP(tables, BPF_MAP_TYPE_PERCPU_ARRAY, u32, u64, 8);
SIZED_MAP(steps, BPF_MAP_TYPE_PROG_ARRAY, 4, 4, 8);
SIZED_MAP(bloom, BPF_MAP_TYPE_BLOOM_FILTER, 0, 4, 32);
struct inner_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, u32);
	__type(value, u64);
};
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 2);
	__type(key, u32);
	__array(values, struct inner_map);
} outer SEC(".maps");

u32 table[64];
u8 bytes[256];
const u8 bits[16] = { 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 };
const volatile u32 rounds = 20;

SEC("xdp")
int sum_vector(struct xdp_md *ctx)
{
	u32 key = 0, n, sum = 0;
	struct vec *v = map_lookup(&vectors, &key);

	if (!v)
		return 0;
	n = v->n;
	if (n > 32)
		n = 32;
	for (u32 i = 0; i < n; i++)
		sum += v->items[i];
	return sum & 3;
}

SEC("xdp")
int sort_vector(struct xdp_md *ctx)
{
	u32 key = 1;
	struct vec *v = map_lookup(&vectors, &key);

	if (!v)
		return 0;
	for (int i = 1; i < 8; i++) {
		for (int j = i; j > 0; j--) {
			u32 a = v->items[j - 1], b = v->items[j];

			if (a <= b)
				break;
			v->items[j - 1] = b;
			v->items[j] = a;
		}
	}
	return v->items[0] & 1;
}

SEC("xdp")
int binary_search(struct xdp_md *ctx)
{
	u32 wanted = ctx->rx_queue_index, low = 0, high = 63;

	for (int i = 0; i < 7; i++) {
		u32 mid = (low + high) / 2;

		if (low > high)
			break;
		if (table[mid & 63] == wanted)
			return XDP_TX;
		if (table[mid & 63] < wanted)
			low = mid + 1;
		else
			high = mid - 1;
	}
	return XDP_PASS;
}

SEC("tc")
int popcount(struct __sk_buff *skb)
{
	u64 x = skb->hash | (u64)skb->mark << 32;
	u32 n = 0;

	while (x) {
		n += bits[x & 15];
		x >>= 4;
	}
	return n > 32;
}

SEC("socket")
int crc(struct __sk_buff *skb)
{
	u8 buf[32];
	u32 crc = ~0u;

	if (skb_load_bytes(skb, 0, buf, sizeof(buf)))
		return 0;
	for (int i = 0; i < 32; i++) {
		crc ^= buf[i];
#pragma unroll
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc >> 16;
}

SEC("socket")
int rc4_like(struct __sk_buff *skb)
{
	u8 i = 0, j = 0;

	for (u32 n = 0; n < rounds; n++) {
		u8 t;

		i++;
		j += bytes[i];
		t = bytes[i];
		bytes[i] = bytes[j];
		bytes[j] = t;
	}
	return bytes[(u8)(bytes[i] + bytes[j])];
}

static long add_item(u32 index, struct sum_ctx *c)
{
	if (c->seen >= c->limit)
		return 1;
	c->sum += index * 3;
	c->seen++;
	return 0;
}

SEC("tc")
int with_loop(struct __sk_buff *skb)
{
	struct sum_ctx c = { 0, 0, skb->len };
	long n = loop(100, add_item, &c, 0);

	if (n < 0)
		return 0;
	return c.sum > 1000 ? 2 : 0;
}

static long each_word(void *map, u32 *key, u64 *value, struct sum_ctx *c)
{
	if (*key & 1)
		return 0;
	c->sum += *value;
	*value = 0;
	return c->sum > 100000;
}

SEC("tc")
int with_for_each(struct __sk_buff *skb)
{
	struct sum_ctx c = {};

	for_each_map_elem(&words, each_word, &c, 0);
	for_each_map_elem(&tables, each_word, &c, 0);
	return c.sum != 0;
}

static long inner_step(u32 index, u32 *acc)
{
	u32 key = index & 7;
	u64 *value = map_lookup(&tables, &key);

	if (!value)
		return 1;
	*acc += *value;
	return 0;
}

static long outer_step(u32 index, u32 *acc)
{
	if (index > 4)
		return 1;
	loop(8, inner_step, acc, 0);
	return 0;
}

SEC("xdp")
int nested_loop(struct xdp_md *ctx)
{
	u32 acc = 0;

	loop(10, outer_step, &acc, 0);
	return acc & 1;
}

NOINLINE u32 hash_bytes(const u8 *p, u32 n)
{
	u32 h = 2166136261u;

	for (u32 i = 0; i < 12; i++) {
		if (i >= n)
			break;
		h = (h ^ p[i]) * 16777619;
	}
	return h;
}

NOINLINE int update_word(u32 key, u64 by)
{
	u64 *value = map_lookup(&words, &key);

	if (!value)
		return map_update(&words, &key, &by, BPF_ANY);
	*value += by;
	return 0;
}

NOINLINE int depth3(struct __sk_buff *skb, u8 *buf)
{
	return skb_load_bytes(skb, 0, buf, 12);
}

NOINLINE int depth2(struct __sk_buff *skb, u8 *buf)
{
	buf[0] = 1;
	return depth3(skb, buf) ? -1 : hash_bytes(buf, 12) & 0xff;
}

SEC("tc")
int functions(struct __sk_buff *skb)
{
	u8 buf[12] = {};
	int h = depth2(skb, buf);

	if (h < 0)
		return 0;
	if (update_word(h, skb->len))
		return 2;
	return hash_bytes(buf, skb->len) == 7;
}

SEC("xdp")
int first_step(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);

	if ((void *)(eth + 1) > DATA_END(ctx))
		return XDP_DROP;
	switch (eth->proto) {
	case ETH_IP:
		tail_call(ctx, &steps, 1);
		break;
	case ETH_IPV6:
		tail_call(ctx, &steps, 2);
		break;
	default:
		tail_call(ctx, &steps, eth->proto & 7);
	}
	return XDP_PASS;
}

SEC("tc")
int tail_in_function(struct __sk_buff *skb)
{
	if (skb->mark > 3)
		tail_call(skb, &steps, skb->mark);
	skb->cb[0]++;
	tail_call(skb, &steps, 4);
	return 0;
}

SEC("tc")
int in_bloom(struct __sk_buff *skb)
{
	u32 hash = skb->hash;

	if (map_peek(&bloom, &hash)) {
		map_push(&bloom, &hash, 0);
		return 0;
	}
	return 2;
}

SEC("tc")
int map_in_map(struct __sk_buff *skb)
{
	u32 key = skb->ifindex & 1, mark = skb->mark;
	void *inner = map_lookup(&outer, &key);
	u64 *value, one = 1;

	if (!inner)
		return 0;
	value = map_lookup(inner, &mark);
	if (value)
		*value += 1;
	else
		map_update(inner, &mark, &one, BPF_ANY);
	return 0;
}

SEC("tc")
int other_cpu(struct __sk_buff *skb)
{
	u64 sum = 0;

	for (u32 cpu = 0; cpu < 2; cpu++) {
		u32 key = 3;
		u64 *value = map_lookup_percpu(&tables, &key, cpu);

		if (value)
			sum += *value;
	}
	return sum > 10;
}

SEC("xdp")
int atomics(struct xdp_md *ctx)
{
	u32 key = ctx->rx_queue_index;
	u64 *value = map_lookup(&words, &key), old;

	if (!value)
		return 0;
	__sync_fetch_and_add(value, 2);
	old = *value;
	if (old > 100)
		*value = 0;
	return old & 3;
}

SEC("xdp")
int signed_math(struct xdp_md *ctx)
{
	s64 len = DATA_END(ctx) - DATA(ctx);
	s32 a = ctx->rx_queue_index, b = 7;
	u32 slot;

	if (a < -8 || a > 50)
		return 0;
	slot = a + 8;
	table[slot]++;
#if __BPF_CPU_VERSION__ >= 4
	if (len % 5 == 3)
		b = len / 3;
#else
	if ((u64)len % 5 == 3)
		b = (s64)(len << 3) >> 5;
#endif
	if (b < 0 || b >= 64)
		return 1;
	return table[b] & 3;
}

SEC("xdp")
int big_switch(struct xdp_md *ctx)
{
	u32 q = ctx->rx_queue_index;

	switch (q % 12) {
	case 0: return 1;
	case 1: table[1]++; break;
	case 2: table[2] += q; break;
	case 3: table[q & 31] ^= 1; break;
	case 4: bytes[q & 255]++; break;
	case 5: return table[5] > 3;
	case 6: q *= 3; break;
	case 7: q >>= 3; break;
	case 8: q = -q; break;
	case 9: q = table[9]; break;
	default: return 2;
	}
	return q < 64 ? table[q] & 3 : 2;
}

SEC("tc")
int stack_table(struct __sk_buff *skb)
{
	u64 slots[16] = {};
	u32 at = skb->mark & 15;

	slots[at] = skb->len;
	slots[(at + 1) & 15] += skb->hash;
	return slots[skb->priority & 15] > 9;
}

SEC("tc")
int spilled(struct __sk_buff *skb)
{
	u32 a = skb->len, b = skb->mark, c = skb->hash, d = skb->priority, e = skb->ifindex, f = skb->tc_index;
	u64 now = ktime_get_ns();

	if (a > 100 || b > 200 || c > 300 || d > 400 || e > 500 || f > 600)
		return 0;
	now += get_prandom_u32();
	table[a % 64] += b;
	now ^= ktime_get_ns();
	table[c % 64] += d + e;
	return (now + a + b + c + d + e + f) & 1;
}

LICENSE("GPL");
