/* Control groups: accounting, sockets, connections, devices, sysctls, socket options. */
#include "hook.h"

struct usage { u64 packets, bytes; };
struct addr { u32 ip; u32 port; };
MAP(usage, BPF_MAP_TYPE_HASH, u64, struct usage, 16);
MAP(allowed, BPF_MAP_TYPE_HASH, struct addr, u8, 16);
MAP(redirects, BPF_MAP_TYPE_HASH, struct addr, struct addr, 16);
MAP(limits, BPF_MAP_TYPE_ARRAY, u32, u64, 4);

SEC("cgroup/skb")
int account(struct __sk_buff *skb)
{
	u64 id = skb_cgroup_id(skb);
	struct usage *u = map_lookup(&usage, &id), first = { 1, skb->len };
	u32 key = 0;
	u64 *limit = map_lookup(&limits, &key);

	if (!u) {
		map_update(&usage, &id, &first, 0);
		return 1;
	}
	__sync_fetch_and_add(&u->packets, 1);
	__sync_fetch_and_add(&u->bytes, skb->len);
	return !limit || u->bytes < *limit;
}

SEC("cgroup/skb")
int ports_only(struct __sk_buff *skb)
{
	struct ipv4 ip;
	struct udp udp;

	if (skb->protocol != ETH_IP)
		return 1;
	if (skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return 0;
	if (ip.proto != 17)
		return 1;
	if (skb_load_bytes(skb, ip.ihl * 4, &udp, sizeof(udp)))
		return 0;
	return swap16(udp.dst) >= 1024;
}

SEC("cgroup/skb")
int direct_read(struct __sk_buff *skb)
{
	struct ipv6 *ip = DATA(skb);

	if (skb->protocol != ETH_IPV6)
		return 1;
	if ((void *)(ip + 1) > DATA_END(skb))
		return 0;
	return ip->hops > 1 && get_socket_uid(skb) != 65534;
}

SEC("cgroup/sock_create")
int no_raw(struct bpf_sock *sk)
{
	if (sk->type == 3 && get_current_uid_gid() << 32)
		return 0;
	sk->mark = 5;
	sk->priority = sk->family == 2 ? 1 : 2;
	return 1;
}

SEC("cgroup/post_bind4")
int bound(struct bpf_sock *sk)
{
	return sk->src_ip4 == swap32(0x7f000001) && sk->src_port < 1024 ? 0 : 1;
}

SEC("cgroup/connect4")
int connect(struct bpf_sock_addr *ctx)
{
	struct addr key = { ctx->user_ip4, ctx->user_port }, *to;

	if (ctx->type != 1)
		return 1;
	to = map_lookup(&redirects, &key);
	if (to) {
		ctx->user_ip4 = to->ip;
		ctx->user_port = to->port;
		return 1;
	}
	return map_lookup(&allowed, &key) != 0;
}

SEC("cgroup/connect6")
int connect6(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip6[0] == 0 && ctx->user_ip6[1] == 0 && ctx->user_ip6[3] == swap32(1)) {
		ctx->user_ip6[3] = swap32(2);
		ctx->user_port = swap16(8080);
	}
	return 1;
}

SEC("cgroup/connect4")
int source(struct bpf_sock_addr *ctx)
{
	struct { u16 family; u16 port; u32 ip; u8 zero[8]; } from = {};

	from.family = 2;
	from.ip = swap32(0x7f000002);
	if (bind(ctx, &from, sizeof(from)))
		return 0;
	return 1;
}

SEC("cgroup/bind4")
int rebind(struct bpf_sock_addr *ctx)
{
	u32 uid = get_current_uid_gid();

	if (ctx->family != 2 || ctx->protocol != 6)
		return 1;
	if (uid > 1000 && ctx->user_port == swap16(80))
		ctx->user_port = swap16(8000);
	return 1;
}

SEC("cgroup/sendmsg4")
int send(struct bpf_sock_addr *ctx)
{
	if (ctx->user_port == swap16(53)) {
		ctx->user_ip4 = swap32(0x7f000035);
		ctx->msg_src_ip4 = swap32(0x7f000001);
	}
	return 1;
}

SEC("cgroup/recvmsg4")
int receive(struct bpf_sock_addr *ctx)
{
	if (ctx->user_ip4 == swap32(0x7f000035))
		ctx->user_ip4 = swap32(0x08080808);
	return 1;
}

SEC("cgroup/dev")
int devices(struct bpf_cgroup_dev_ctx *ctx)
{
	short type = ctx->access_type & 0xffff;
	short access = ctx->access_type >> 16;

	if (ctx->major != 1 || type != BPF_DEVCG_DEV_CHAR)
		return 0;
	switch (ctx->minor) {
	case 3:
	case 5:
	case 9:
		return 1;
	}
	return access == BPF_DEVCG_ACC_READ;
}

SEC("cgroup/sysctl")
int tcp_mem(struct bpf_sysctl *ctx)
{
	static const char wanted[] = "net/ipv4/tcp_mem";
	unsigned long value = 0;
	char name[64], text[32];
	volatile int same = 1;

	if (!ctx->write)
		return 1;
	if (sysctl_get_name(ctx, name, sizeof(name), 0) != sizeof(wanted) - 1)
		return 1;
	for (int i = 0; i < sizeof(wanted); i++)
		if (name[i] != wanted[i])
			return 1;
	if (sysctl_get_new_value(ctx, text, sizeof(text)) < 0)
		return 0;
	if (strtoul(text, sizeof(text), 0, &value) < 0)
		return 0;
	return value < 4096;
}

SEC("cgroup/getsockopt")
int get_option(struct bpf_sockopt *ctx)
{
	u8 *val = ctx->optval, *end = ctx->optval_end;

	if (ctx->level == 0xdead) {
		if (val + 1 > end)
			return 0;
		val[0] = 0x55;
		ctx->optlen = 1;
		ctx->retval = 0;
		return 1;
	}
	if (ctx->level == 1 && ctx->optname == 7) {
		if (val + 4 > end)
			return 0;
		if (*(u32 *)val > 1 << 20)
			*(u32 *)val = 1 << 20;
	}
	ctx->optlen = 0;
	return 1;
}

SEC("cgroup/setsockopt")
int set_option(struct bpf_sockopt *ctx)
{
	u8 *val = ctx->optval, *end = ctx->optval_end;
	struct bpf_sock *sk = ctx->sk;

	if (sk && sk->family == 10)
		return 1;
	if (ctx->level == 6 && ctx->optname == 13) {
		if (val + 5 > end)
			return 0;
		__builtin_memcpy(val, "cubic", 5);
		ctx->optlen = 5;
		return 1;
	}
	ctx->optlen = 0;
	return 1;
}

LICENSE("GPL");
