/* Load balancers, rate limits, deny lists, SYN cookies, connection tracking. */
#include "hook.h"

struct backend {
	u32 ip;
	u16 port;
	u16 weight;
	u8 mac[6];
	u8 up;
	u8 pad;
};

struct flow {
	u32 src;
	u32 dst;
	u16 sport;
	u16 dport;
	u32 proto;
};

struct service {
	u32 id;
	u32 count;
};

struct vip {
	u32 ip;
	u16 port;
	u16 proto;
};

struct bucket {
	u64 at;
	u64 tokens;
};

struct prefix {
	u32 len;
	u32 ip;
};

MAP(services, BPF_MAP_TYPE_HASH, struct vip, struct service, 16);
MAP(flows, BPF_MAP_TYPE_LRU_HASH, struct flow, u32, 64);
MAP(backends, BPF_MAP_TYPE_ARRAY, u32, struct backend, 16);
MAP(ring, BPF_MAP_TYPE_ARRAY, u32, u32, 251);
MAP(buckets, BPF_MAP_TYPE_LRU_HASH, u32, struct bucket, 64);
MAP(totals, BPF_MAP_TYPE_PERCPU_ARRAY, u32, struct bucket, 4);
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 32);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix);
	__type(value, u32);
} denied SEC(".maps");
struct locked {
	struct bpf_spin_lock lock;
	u32 value;
};

const volatile u64 rate = 1000;
const volatile u32 seed = 0x9e3779b9;
const volatile u8 strict = 1;
u64 dropped;
u64 passed;

#define ROT(x, k) ((x) << (k) | (x) >> (32 - (k)))

INLINE u32 jhash3(u32 a, u32 b, u32 c)
{
	a += seed;
	b += seed;
	c += seed;
	c ^= b; c -= ROT(b, 14);
	a ^= c; a -= ROT(c, 11);
	b ^= a; b -= ROT(a, 25);
	c ^= b; c -= ROT(b, 16);
	a ^= c; a -= ROT(c, 4);
	b ^= a; b -= ROT(a, 14);
	c ^= b; c -= ROT(b, 24);
	return c;
}

INLINE int flow_of(struct xdp_md *ctx, struct flow *flow)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct udp *l4;

	if ((void *)(ip + 1) > DATA_END(ctx) || eth->proto != ETH_IP || ip->ihl != 5)
		return -1;
	if (ip->proto != 6 && ip->proto != 17)
		return -1;
	l4 = (void *)(ip + 1);
	if ((void *)(l4 + 1) > DATA_END(ctx))
		return -1;
	flow->src = ip->src;
	flow->dst = ip->dst;
	flow->proto = ip->proto;
	flow->sport = l4->src;
	flow->dport = l4->dst;
	return 0;
}

SEC("xdp")
int balance(struct xdp_md *ctx)
{
	struct flow flow = {};
	struct vip vip = {};
	struct service *service;
	struct backend *backend;
	struct eth *eth;
	struct ipv4 *ip;
	u32 *chosen, slot, index;
	u32 sum;

	if (flow_of(ctx, &flow) < 0)
		return XDP_PASS;
	vip.ip = flow.dst;
	vip.port = flow.dport;
	vip.proto = flow.proto;
	service = map_lookup(&services, &vip);
	if (!service)
		return XDP_PASS;
	chosen = map_lookup(&flows, &flow);
	if (chosen) {
		index = *chosen;
	} else {
		slot = jhash3(flow.src, flow.dst, flow.sport << 16 | flow.dport) % 251;
		chosen = map_lookup(&ring, &slot);
		if (!chosen)
			return XDP_DROP;
		index = *chosen;
		map_update(&flows, &flow, &index, BPF_ANY);
	}
	backend = map_lookup(&backends, &index);
	if (!backend || !backend->up)
		return XDP_DROP;
	eth = DATA(ctx);
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > DATA_END(ctx))
		return XDP_DROP;
	sum = (u16)~ip->check;
	sum += (u16)~(ip->dst & 0xffff) + (u16)~(ip->dst >> 16);
	sum += (backend->ip & 0xffff) + (backend->ip >> 16);
	ip->dst = backend->ip;
	ip->check = fold(sum);
	__builtin_memcpy(eth->dst, backend->mac, 6);
	return XDP_TX;
}

SEC("xdp")
int weighted(struct xdp_md *ctx)
{
	struct flow flow = {};
	u32 best = 0, score = 0;

	if (flow_of(ctx, &flow))
		return XDP_PASS;
	for (u32 i = 0; i < 8; i++) {
		u32 key = i;
		struct backend *b = map_lookup(&backends, &key);
		u32 mine;

		if (!b)
			break;
		if (!b->up)
			continue;
		mine = (jhash3(flow.src, flow.sport, i) >> 8) * b->weight;
		if (mine > score) {
			score = mine;
			best = i + 1;
		}
	}
	if (!best)
		return XDP_DROP;
	return best == 1 ? XDP_TX : XDP_PASS;
}

SEC("xdp")
int rate_limit(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct prefix prefix = { 32 };
	struct bucket *b, first = {};
	u64 now, grown;
	u32 src;

	if ((void *)(ip + 1) > DATA_END(ctx))
		return XDP_PASS;
	if (eth->proto != ETH_IP)
		return XDP_PASS;
	prefix.ip = src = ip->src;
	if (map_lookup(&denied, &prefix)) {
		__sync_fetch_and_add(&dropped, 1);
		return XDP_DROP;
	}
	now = ktime_get_ns();
	b = map_lookup(&buckets, &src);
	if (!b) {
		first.at = now;
		first.tokens = rate;
		map_update(&buckets, &src, &first, BPF_ANY);
		return XDP_PASS;
	}
	grown = (now - b->at) / 1000000;
	if (grown) {
		b->tokens += grown * rate / 1000;
		if (b->tokens > rate)
			b->tokens = rate;
		b->at = now;
	}
	if (b->tokens == 0) {
		dropped++;
		return XDP_DROP;
	}
	b->tokens--;
	passed++;
	return XDP_PASS;
}

SEC("xdp")
int per_cpu_totals(struct xdp_md *ctx)
{
	u32 key = 0;
	u64 len = DATA_END(ctx) - DATA(ctx);
	struct bucket *b;

	if (len > 1000)
		key = 3;
	else if (len > 500)
		key = 2;
	else if (len > 100)
		key = 1;
	b = map_lookup(&totals, &key);
	if (!b)
		return XDP_ABORTED;
	b->at++;
	b->tokens += len;
	return XDP_PASS;
}

SEC("xdp")
int syn_cookie(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct tcp *tcp = (void *)(ip + 1);
	u32 cookie, was;
	u16 port;

	if ((void *)(tcp + 1) > DATA_END(ctx) || eth->proto != ETH_IP || ip->ihl != 5 || ip->proto != 6)
		return XDP_PASS;
	cookie = jhash3(ip->src, ip->dst, (u32)tcp->src << 16 | tcp->dst) & 0xffffff;
	cookie |= (u32)(jiffies64() >> 14) << 24;
	if (tcp->syn && !tcp->ackf) {
		swap_macs(eth);
		was = ip->src;
		ip->src = ip->dst;
		ip->dst = was;
		port = tcp->src;
		tcp->src = tcp->dst;
		tcp->dst = port;
		tcp->ack = swap32(swap32(tcp->seq) + 1);
		tcp->seq = swap32(cookie);
		tcp->ackf = 1;
		tcp->doff = 5;
		if (xdp_adjust_tail(ctx, 54 - (int)(DATA_END(ctx) - DATA(ctx))))
			return XDP_DROP;
		return XDP_TX;
	}
	if (tcp->ackf && !tcp->rst && (swap32(tcp->ack) - 1 & 0xffffff) != (cookie & 0xffffff) && strict)
		return XDP_DROP;
	return XDP_PASS;
}

SEC("xdp")
int raw_syn_cookie(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct tcp *tcp = (void *)(ip + 1);
	s64 cookie;

	if ((void *)tcp + 60 > DATA_END(ctx) || eth->proto != ETH_IP)
		return XDP_PASS;
	if (tcp->syn) {
		if (tcp->doff < 5)
			return XDP_DROP;
		cookie = tcp_raw_gen_syncookie_ipv4(ip, tcp, tcp->doff * 4);
		if (cookie < 0)
			return XDP_ABORTED;
		tcp->seq = swap32((u32)cookie);
		return XDP_TX;
	}
	return tcp_raw_check_syncookie_ipv4(ip, tcp) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int known_socket(struct xdp_md *ctx)
{
	struct bpf_sock_tuple tuple = {};
	struct flow flow = {};
	struct bpf_sock *sk;
	int verdict = XDP_DROP;

	if (flow_of(ctx, &flow))
		return XDP_PASS;
	tuple.ipv4.saddr = flow.src;
	tuple.ipv4.daddr = flow.dst;
	tuple.ipv4.sport = flow.sport;
	tuple.ipv4.dport = flow.dport;
	if (flow.proto == 6)
		sk = skc_lookup_tcp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	else
		sk = sk_lookup_udp(ctx, &tuple, sizeof(tuple.ipv4), BPF_F_CURRENT_NETNS, 0);
	if (sk) {
		if (sk->state == 10 || sk->mark == 7)
			verdict = XDP_PASS;
		sk_release(sk);
	}
	return verdict;
}

struct track {
	u64 seen;
	u32 packets;
	u8 state;
};
MAP(tracked, BPF_MAP_TYPE_HASH, struct flow, struct track, 64);

SEC("xdp")
int track(struct xdp_md *ctx)
{
	struct flow flow = {}, back = {};
	struct track *t, first = {};
	struct tcp *tcp = DATA(ctx) + 34;

	if (flow_of(ctx, &flow) || flow.proto != 6 || (void *)(tcp + 1) > DATA_END(ctx))
		return XDP_PASS;
	t = map_lookup(&tracked, &flow);
	if (!t) {
		back.src = flow.dst;
		back.dst = flow.src;
		back.sport = flow.dport;
		back.dport = flow.sport;
		back.proto = 6;
		t = map_lookup(&tracked, &back);
	}
	if (!t) {
		if (!tcp->syn || tcp->ackf)
			return XDP_DROP;
		first.seen = ktime_get_ns();
		first.state = 1;
		first.packets = 1;
		map_update(&tracked, &flow, &first, BPF_NOEXIST);
		return XDP_PASS;
	}
	t->packets++;
	switch (t->state) {
	case 1:
		if (tcp->syn && tcp->ackf)
			t->state = 2;
		break;
	case 2:
		if (tcp->ackf && !tcp->syn)
			t->state = 3;
		break;
	case 3:
		if (tcp->fin)
			t->state = 4;
		break;
	default:
		if (tcp->rst) {
			map_delete(&tracked, &flow);
			return XDP_PASS;
		}
	}
	t->seen = ktime_get_ns();
	return XDP_PASS;
}

LICENSE("GPL");
