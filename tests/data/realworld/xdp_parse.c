/* Parsers: Ethernet, VLAN, IPv4 with options, IPv6 with extension headers, TCP options, DNS names. */
#include "hook.h"

MAP(protocols, BPF_MAP_TYPE_PERCPU_ARRAY, u32, u64, 256);
MAP(ports, BPF_MAP_TYPE_HASH, u16, u64, 64);
MAP(names, BPF_MAP_TYPE_LRU_HASH, u64, u32, 32);

struct cursor {
	void *at;
	void *end;
};

INLINE int next_eth(struct cursor *c, struct eth **out)
{
	struct eth *eth = c->at;

	if ((void *)(eth + 1) > c->end)
		return -1;
	c->at = eth + 1;
	*out = eth;
	return eth->proto;
}

INLINE int skip_vlans(struct cursor *c, int proto)
{
#pragma unroll
	for (int depth = 0; depth < 2; depth++) {
		struct vlan *tag = c->at;

		if (proto != ETH_8021Q && proto != ETH_8021AD)
			break;
		if ((void *)(tag + 1) > c->end)
			return -1;
		proto = tag->proto;
		c->at = tag + 1;
	}
	return proto;
}

INLINE int next_ipv4(struct cursor *c, struct ipv4 **out)
{
	struct ipv4 *ip = c->at;
	u32 size;

	if ((void *)(ip + 1) > c->end)
		return -1;
	size = ip->ihl * 4;
	if (size < sizeof(*ip))
		return -1;
	if (c->at + size > c->end)
		return -1;
	c->at += size;
	*out = ip;
	return ip->proto;
}

INLINE int next_ipv6(struct cursor *c, struct ipv6 **out)
{
	struct ipv6 *ip = c->at;

	if ((void *)(ip + 1) > c->end)
		return -1;
	c->at = ip + 1;
	*out = ip;
	return ip->next;
}

INLINE int next_udp(struct cursor *c, struct udp **out)
{
	struct udp *udp = c->at;
	int len;

	if ((void *)(udp + 1) > c->end)
		return -1;
	len = swap16(udp->len) - sizeof(*udp);
	if (len < 0)
		return -1;
	c->at = udp + 1;
	*out = udp;
	return len;
}

INLINE int next_tcp(struct cursor *c, struct tcp **out)
{
	struct tcp *tcp = c->at;
	int size;

	if ((void *)(tcp + 1) > c->end)
		return -1;
	size = tcp->doff * 4;
	if (size < sizeof(*tcp))
		return -1;
	if (c->at + size > c->end)
		return -1;
	c->at += size;
	*out = tcp;
	return size;
}

INLINE void count(u32 proto)
{
	u64 *seen = map_lookup(&protocols, &proto);

	if (seen)
		*seen += 1;
}

SEC("xdp")
int parse_all(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv4 *ip;
	struct ipv6 *ip6;
	struct tcp *tcp;
	struct udp *udp;
	int proto = next_eth(&c, &eth);

	if (proto < 0)
		return XDP_ABORTED;
	proto = skip_vlans(&c, proto);
	if (proto == ETH_IP)
		proto = next_ipv4(&c, &ip);
	else if (proto == ETH_IPV6)
		proto = next_ipv6(&c, &ip6);
	else
		return XDP_PASS;
	if (proto < 0)
		return XDP_DROP;
	count(proto & 0xff);
	if (proto == 6) {
		if (next_tcp(&c, &tcp) < 0)
			return XDP_DROP;
		if (tcp->dst == swap16(80) && tcp->syn)
			tcp->dst = swap16(8080);
	} else if (proto == 17) {
		if (next_udp(&c, &udp) < 0)
			return XDP_DROP;
		udp->dst = swap16(swap16(udp->dst) - 1);
	}
	return XDP_PASS;
}

SEC("xdp")
int count_ports(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv4 *ip;
	struct udp *udp;
	u64 one = 1, *seen;
	u16 port;

	if (next_eth(&c, &eth) != ETH_IP || next_ipv4(&c, &ip) != 17 || next_udp(&c, &udp) < 0)
		return XDP_PASS;
	port = udp->dst;
	seen = map_lookup(&ports, &port);
	if (seen)
		__sync_fetch_and_add(seen, 1);
	else
		map_update(&ports, &port, &one, BPF_NOEXIST);
	return XDP_PASS;
}

struct extension {
	u8 next;
	u8 len;
};

SEC("xdp")
int ipv6_extensions(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv6 *ip;
	int next;

	if (next_eth(&c, &eth) != ETH_IPV6)
		return XDP_PASS;
	next = next_ipv6(&c, &ip);
	if (next < 0)
		return XDP_DROP;
	for (int i = 0; i < 6; i++) {
		struct extension *ext = c.at;

		if ((void *)(ext + 1) > c.end)
			return XDP_DROP;
		switch (next) {
		case 0:
		case 43:
		case 60:
			c.at += (ext->len + 1) * 8;
			next = ext->next;
			break;
		case 51:
			c.at += (ext->len + 2) * 4;
			next = ext->next;
			break;
		case 44:
			c.at += 8;
			next = ext->next;
			break;
		default:
			count(next & 0xff);
			return XDP_PASS;
		}
	}
	return XDP_DROP;
}

SEC("xdp")
int tcp_mss(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv4 *ip;
	struct tcp *tcp;
	u8 *opt, *end;
	int size;

	if (next_eth(&c, &eth) != ETH_IP || next_ipv4(&c, &ip) != 6)
		return XDP_PASS;
	size = next_tcp(&c, &tcp);
	if (size < 0 || !tcp->syn)
		return XDP_PASS;
	opt = (u8 *)(tcp + 1);
	end = (u8 *)tcp + size;
	for (int i = 0; i < 10; i++) {
		u8 kind, len;

		if (opt + 1 > end || (void *)(opt + 1) > c.end)
			break;
		kind = opt[0];
		if (kind == 0)
			break;
		if (kind == 1) {
			opt++;
			continue;
		}
		if (opt + 2 > end || (void *)(opt + 2) > c.end)
			break;
		len = opt[1];
		if (len < 2)
			break;
		if (kind == 2 && len == 4) {
			if ((void *)(opt + 4) > c.end)
				break;
			if (swap16(*(u16 *)(opt + 2)) > 1400)
				*(u16 *)(opt + 2) = swap16(1400);
			return XDP_PASS;
		}
		opt += len;
	}
	return XDP_DROP;
}

struct option_state {
	u32 at;
	u32 size;
	u32 mss;
};

NOINLINE int one_option(struct xdp_md *ctx, struct option_state *s)
{
	void *data = DATA(ctx), *end = DATA_END(ctx);
	u8 *opt = data + 54;
	u32 at = s->at;

	if (at >= 40 || at >= s->size)
		return 1;
	opt += at;
	if ((void *)(opt + 1) > end)
		return 1;
	if (*opt == 0)
		return 1;
	if (*opt == 1) {
		s->at = at + 1;
		return 0;
	}
	if ((void *)(opt + 4) > end)
		return 1;
	if (*opt == 2) {
		s->mss = swap16(*(u16 *)(opt + 2));
		return 1;
	}
	s->at = at + opt[1];
	return 0;
}

SEC("xdp")
int tcp_mss_subprog(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct option_state s = {};
	struct eth *eth = c.at;
	struct ipv4 *ip = c.at + 14;
	struct tcp *tcp = c.at + 34;

	if ((void *)(tcp + 1) > c.end || eth->proto != ETH_IP || ip->ihl != 5 || ip->proto != 6)
		return XDP_PASS;
	s.size = tcp->doff * 4 - 20;
	for (int i = 0; i < 12; i++)
		if (one_option(ctx, &s))
			break;
	return s.mss > 1460 ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int dns_name(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv4 *ip;
	struct udp *udp;
	u64 hash = 14695981039346656037ULL;
	u32 seen = 1, *old;
	u8 *p;

	if (next_eth(&c, &eth) != ETH_IP || next_ipv4(&c, &ip) != 17 || next_udp(&c, &udp) < 0)
		return XDP_PASS;
	if (udp->dst != swap16(53))
		return XDP_PASS;
	p = c.at + 12;
	for (int i = 0; i < 32; i++) {
		if ((void *)(p + 1) > c.end)
			return XDP_DROP;
		if (*p == 0)
			break;
		hash = (hash ^ *p) * 1099511628211ULL;
		p++;
	}
	old = map_lookup(&names, &hash);
	if (old) {
		if ((*old)++ > 100)
			return XDP_DROP;
	} else {
		map_update(&names, &hash, &seen, BPF_ANY);
	}
	return XDP_PASS;
}

SEC("xdp")
int arp_only(struct xdp_md *ctx)
{
	struct eth *eth = DATA(ctx);

	if ((void *)(eth + 1) >= DATA_END(ctx))
		return XDP_DROP;
	if (DATA_END(ctx) < (void *)eth + 42)
		return XDP_PASS;
	return eth->proto == ETH_ARP && *(u16 *)((void *)eth + 20) == swap16(1) ? XDP_TX : XDP_DROP;
}

SEC("xdp")
int fragment(struct xdp_md *ctx)
{
	struct cursor c = { DATA(ctx), DATA_END(ctx) };
	struct eth *eth;
	struct ipv4 *ip;
	u16 frag;

	if (next_eth(&c, &eth) != ETH_IP)
		return XDP_PASS;
	if (next_ipv4(&c, &ip) < 0)
		return XDP_DROP;
	frag = swap16(ip->frag);
	if (frag & 0x1fff)
		return (frag & 0x1fff) * 8 + swap16(ip->len) > 65535 ? XDP_DROP : XDP_PASS;
	return frag & 0x2000 ? XDP_PASS : XDP_TX;
}

SEC("xdp")
int payload_scan(struct xdp_md *ctx)
{
	u8 *data = DATA(ctx), *end = DATA_END(ctx);
	u32 found = 0;

	for (u32 i = 0; i < 64; i++) {
		if (data + i + 4 > end)
			break;
		if (*(u32 *)(data + i) == 0x20544547)
			found = 1;
	}
	return found ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int var_offset(struct xdp_md *ctx)
{
	u8 *data = DATA(ctx), *end = DATA_END(ctx);
	u32 skip;

	if (data + 16 > end)
		return XDP_PASS;
	skip = *(u32 *)data & 0x3f;
	data += skip;
	if (data + 8 > end)
		return XDP_DROP;
	return *(u64 *)data > 4096 ? XDP_DROP : XDP_PASS;
}

LICENSE("GPL");
