/* Programs that change packets: replies, tunnels, tags, metadata, checksums. */
#include "hook.h"

MAP(tunnels, BPF_MAP_TYPE_HASH, u32, struct { u32 local; u32 remote; u8 mac[6]; u16 flags; }, 16);
SIZED_MAP(devices, BPF_MAP_TYPE_DEVMAP, 4, 4, 4);
SIZED_MAP(cpus, BPF_MAP_TYPE_CPUMAP, 4, 4, 4);
SIZED_MAP(sockets, BPF_MAP_TYPE_XSKMAP, 4, 4, 4);
SIZED_MAP(events, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4);

struct tunnel {
	u32 local;
	u32 remote;
	u8 mac[6];
	u16 flags;
};

SEC("xdp")
int icmp_reply(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct icmp *icmp = (void *)(ip + 1);
	u32 was;

	if ((void *)(icmp + 1) > DATA_END(ctx))
		return XDP_PASS;
	if (eth->proto != ETH_IP || ip->proto != 1 || ip->ihl != 5 || icmp->type != 8)
		return XDP_PASS;
	swap_macs(eth);
	was = ip->src;
	ip->src = ip->dst;
	ip->dst = was;
	icmp->type = 0;
	icmp->check = fold((u16)~icmp->check + 0xfff7);
	return XDP_TX;
}

SEC("xdp")
int encapsulate(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx), *outer;
	struct ipv4 *ip = (void *)(eth + 1), *head;
	struct tunnel *to;
	u32 dst, sum = 0;
	u16 len, *word;

	if ((void *)(ip + 1) > DATA_END(ctx) || eth->proto != ETH_IP)
		return XDP_PASS;
	dst = ip->dst;
	len = swap16(ip->len);
	to = map_lookup(&tunnels, &dst);
	if (!to)
		return XDP_PASS;
	if (xdp_adjust_head(ctx, -(int)sizeof(*ip)))
		return XDP_DROP;
	outer = DATA(ctx);
	eth = (void *)outer + sizeof(*ip);
	head = (void *)(outer + 1);
	if ((void *)(eth + 1) > DATA_END(ctx) || (void *)(head + 1) > DATA_END(ctx))
		return XDP_DROP;
	__builtin_memcpy(outer->dst, to->mac, 6);
	__builtin_memcpy(outer->src, eth->dst, 6);
	outer->proto = ETH_IP;
	head->version = 4;
	head->ihl = 5;
	head->tos = 0;
	head->len = swap16(len + sizeof(*ip));
	head->id = 0;
	head->frag = 0;
	head->ttl = 64;
	head->proto = 4;
	head->check = 0;
	head->src = to->local;
	head->dst = to->remote;
	word = (u16 *)head;
#pragma unroll
	for (int i = 0; i < 10; i++)
		sum += word[i];
	head->check = fold(sum);
	return XDP_TX;
}

SEC("xdp")
int decapsulate(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx), *inner;
	struct ipv4 *ip = (void *)(eth + 1);
	struct eth kept;

	if ((void *)(ip + 1) > DATA_END(ctx))
		return XDP_PASS;
	if (eth->proto != ETH_IP || ip->proto != 4 || ip->ihl != 5)
		return XDP_PASS;
	__builtin_memcpy(&kept, eth, sizeof(kept));
	if (xdp_adjust_head(ctx, (int)sizeof(*ip)))
		return XDP_DROP;
	inner = DATA(ctx);
	if ((void *)(inner + 1) > DATA_END(ctx))
		return XDP_DROP;
	__builtin_memcpy(inner, &kept, sizeof(kept));
	return XDP_PASS;
}

SEC("xdp")
int vlan_pop(struct xdp_md *ctx)
{
	u8 macs[12];
	struct eth *eth = DATA(ctx);
	struct vlan *tag = (void *)(eth + 1);
	u16 proto;

	if ((void *)(tag + 1) > DATA_END(ctx) || eth->proto != ETH_8021Q)
		return XDP_PASS;
	proto = tag->proto;
	__builtin_memcpy(macs, eth, 12);
	if (xdp_adjust_head(ctx, 4) < 0)
		return XDP_ABORTED;
	eth = DATA(ctx);
	if ((void *)(eth + 1) > DATA_END(ctx))
		return XDP_ABORTED;
	__builtin_memcpy(eth, macs, 12);
	eth->proto = proto;
	return XDP_TX;
}

struct meta {
	u32 mark;
	u16 hash;
	u16 queue;
};

SEC("xdp")
int add_meta(struct xdp_md *ctx)
{
	struct meta *meta;

	if (xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
		return XDP_PASS;
	meta = DATA_META(ctx);
	if ((void *)(meta + 1) > DATA(ctx))
		return XDP_ABORTED;
	meta->mark = 42;
	meta->hash = get_prandom_u32();
	meta->queue = ctx->rx_queue_index;
	return XDP_PASS;
}

SEC("xdp")
int trim(struct xdp_md *ctx)
{
	long len = DATA_END(ctx) - DATA(ctx);

	if (len > 128)
		xdp_adjust_tail(ctx, 128 - (int)len);
	return DATA_END(ctx) - DATA(ctx) > 128 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int to_device(struct xdp_md *ctx)
{
	u8 *data = DATA(ctx);

	if (data + 14 > (u8 *)DATA_END(ctx))
		return XDP_DROP;
	return redirect_map(&devices, data[5] & 3, XDP_PASS);
}

SEC("xdp")
int to_cpu(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	u32 cpu = 0;

	if ((void *)(ip + 1) > DATA_END(ctx))
		return XDP_PASS;
	if (eth->proto == ETH_IP)
		cpu = (ip->src ^ ip->dst ^ ip->proto) % 4;
	return redirect_map(&cpus, cpu, 0);
}

SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
	u32 queue = ctx->rx_queue_index;

	if (map_lookup(&sockets, &queue))
		return redirect_map(&sockets, queue, 0);
	return XDP_PASS;
}

struct sample {
	u64 time;
	u32 device;
	u32 len;
};

SEC("xdp")
int sample(struct xdp_md *ctx)
{
	struct sample s = {};
	u64 len = DATA_END(ctx) - DATA(ctx);

	s.time = ktime_get_ns();
	s.device = ctx->ingress_ifindex;
	s.len = len;
	if (len > 64)
		len = 64;
	perf_event_output(ctx, &events, BPF_F_CURRENT_CPU | len << 32, &s, sizeof(s));
	return XDP_PASS;
}

SEC("xdp")
int route(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);
	struct ipv4 *ip = (void *)(eth + 1);
	struct bpf_fib_lookup fib = {};
	long found;

	if ((void *)(ip + 1) > DATA_END(ctx) || eth->proto != ETH_IP || ip->ttl <= 1)
		return XDP_PASS;
	fib.family = 2;
	fib.tos = ip->tos;
	fib.l4_protocol = ip->proto;
	fib.tot_len = swap16(ip->len);
	fib.ipv4_src = ip->src;
	fib.ipv4_dst = ip->dst;
	fib.ifindex = ctx->ingress_ifindex;
	found = fib_lookup(ctx, &fib, sizeof(fib), 0);
	if (found == BPF_FIB_LKUP_RET_SUCCESS) {
		u32 sum = ip->check + 1;

		ip->check = (u16)(sum + (sum >> 16));
		ip->ttl--;
		__builtin_memcpy(eth->dst, fib.dmac, 6);
		__builtin_memcpy(eth->src, fib.smac, 6);
		return redirect(fib.ifindex, 0);
	}
	return found == BPF_FIB_LKUP_RET_BLACKHOLE ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int copy_bytes(struct xdp_md *ctx)
{
	u8 head[32] = {};
	u32 len = xdp_get_buff_len(ctx);

	if (len < 16)
		return XDP_DROP;
	if (len > sizeof(head))
		len = sizeof(head);
	if (xdp_load_bytes(ctx, 0, head, len))
		return XDP_ABORTED;
	head[0] ^= 1;
	if (xdp_store_bytes(ctx, 0, head, 14))
		return XDP_ABORTED;
	return XDP_PASS;
}

SEC("xdp")
int checksum_packet(struct xdp_md *ctx)
{
	u16 *word = DATA(ctx) + 14;
	u64 sum = 0;

	for (int i = 0; i < 200; i++) {
		if ((void *)(word + 1) > DATA_END(ctx))
			break;
		sum += *word++;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) == 0xffff ? XDP_PASS : XDP_DROP;
}

SEC("xdp")
int ip_checksum(struct xdp_md *ctx)
{
	struct ipv4 *ip = DATA(ctx) + 14;
	s64 sum;

	if ((void *)(ip + 1) > DATA_END(ctx))
		return XDP_PASS;
	ip->check = 0;
	sum = csum_diff(0, 0, ip, sizeof(*ip), 0);
	if (sum < 0)
		return XDP_DROP;
	ip->check = fold(sum);
	return XDP_PASS;
}

LICENSE("GPL");
