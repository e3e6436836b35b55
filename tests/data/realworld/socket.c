/* Socket filters as classic BPF compiles to, and sockets: lookup, messages, operations, reuseport. */
#include "hook.h"

unsigned long long load_byte(void *skb, unsigned long long off) asm("llvm.bpf.load.byte");
unsigned long long load_half(void *skb, unsigned long long off) asm("llvm.bpf.load.half");
unsigned long long load_word(void *skb, unsigned long long off) asm("llvm.bpf.load.word");

struct key { u32 src, dst; u16 sport, dport; u32 proto; };
struct stats { u64 packets, bytes; };
MAP(counts, BPF_MAP_TYPE_ARRAY, u32, u64, 256);
MAP(pairs, BPF_MAP_TYPE_HASH, struct key, struct stats, 64);
SIZED_MAP(socks, BPF_MAP_TYPE_SOCKMAP, 4, 4, 8);
SIZED_MAP(sockets_by_key, BPF_MAP_TYPE_SOCKHASH, 16, 4, 8);
SIZED_MAP(ports, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY, 4, 4, 8);
SIZED_MAP(listeners, BPF_MAP_TYPE_SOCKMAP, 4, 8, 4);
MAP(seen, BPF_MAP_TYPE_HASH, u64, u64, 16);

SEC("socket")
int by_protocol(struct __sk_buff *skb)
{
	u32 index = load_byte(skb, 14 + 9);
	u64 *value;

	if (skb->pkt_type != 4)
		return 0;
	value = map_lookup(&counts, &index);
	if (value)
		__sync_fetch_and_add(value, skb->len);
	return 0;
}

SEC("socket")
int tcpdump_like(struct __sk_buff *skb)
{
	u32 header;

	if (load_half(skb, 12) != 0x0800)
		return 0;
	if (load_byte(skb, 23) != 6)
		return 0;
	if (load_half(skb, 20) & 0x1fff)
		return 0;
	header = (load_byte(skb, 14) & 15) * 4;
	if (load_half(skb, 14 + header) == 80 || load_half(skb, 16 + header) == 80)
		return 262144;
	return 0;
}

INLINE u32 ports_at(struct __sk_buff *skb, u32 off, struct key *key)
{
	u32 pair = load_word(skb, off);

	key->sport = pair >> 16;
	key->dport = pair;
	return pair;
}

SEC("socket")
int flows(struct __sk_buff *skb)
{
	struct key key = {};
	struct stats *s, first;
	u32 off = 14, proto = load_half(skb, 12);

#pragma unroll
	for (int i = 0; i < 2; i++)
		if (proto == 0x8100 || proto == 0x88a8) {
			proto = load_half(skb, off + 2);
			off += 4;
		}
	if (proto != 0x0800)
		return 0;
	key.proto = load_byte(skb, off + 9);
	key.src = load_word(skb, off + 12);
	key.dst = load_word(skb, off + 16);
	off += (load_byte(skb, off) & 15) << 2;
	if (key.proto == 6 || key.proto == 17)
		ports_at(skb, off, &key);
	s = map_lookup(&pairs, &key);
	if (s) {
		__sync_fetch_and_add(&s->packets, 1);
		__sync_fetch_and_add(&s->bytes, skb->len);
	} else {
		first.packets = 1;
		first.bytes = skb->len;
		map_update(&pairs, &key, &first, BPF_ANY);
	}
	return 0;
}

SEC("socket")
int hashed(struct __sk_buff *skb)
{
	u8 buf[16] = {};
	u32 hash = 5381;

	if (skb_load_bytes_relative(skb, 0, buf, sizeof(buf), BPF_HDR_START_NET))
		return 0;
	for (int i = 0; i < 16; i++)
		hash = hash * 33 + buf[i];
	return hash % 3 ? skb->len : 0;
}

SEC("sk_lookup")
int steer(struct bpf_sk_lookup *ctx)
{
	struct bpf_sock *sk;
	u32 key = 0;
	long err;

	if (ctx->family != 2 || ctx->local_port < 7000 || ctx->local_port > 7999)
		return SK_PASS;
	if (ctx->protocol == 17)
		key = 1;
	sk = map_lookup(&listeners, &key);
	if (!sk)
		return SK_DROP;
	err = sk_assign(ctx, sk, BPF_SK_LOOKUP_F_REPLACE);
	sk_release(sk);
	return err ? SK_DROP : SK_PASS;
}

SEC("sk_lookup")
int addresses(struct bpf_sk_lookup *ctx)
{
	if (ctx->remote_ip4 == swap32(0x0a000001) && ctx->ingress_ifindex == 2)
		return SK_DROP;
	if (ctx->sk)
		return SK_PASS;
	return ctx->local_ip6[3] == 0 ? SK_DROP : SK_PASS;
}

SEC("sk_msg")
int pass_on(struct sk_msg_md *msg)
{
	u8 *data = msg->data, *end = msg->data_end;
	u32 key = 1;

	if (data + 4 > end) {
		msg_pull_data(msg, 0, 4, 0);
		data = msg->data;
		end = msg->data_end;
		if (data + 4 > end)
			return SK_DROP;
	}
	if (data[0] == 'G')
		key = 2;
	msg_apply_bytes(msg, 64);
	return msg_redirect_map(msg, &socks, key, BPF_F_INGRESS);
}

SEC("sk_msg")
int by_key(struct sk_msg_md *msg)
{
	struct key key = {};

	if (msg->family != 2)
		return SK_PASS;
	key.src = msg->remote_ip4;
	key.dst = msg->local_ip4;
	key.sport = msg->remote_port >> 16;
	key.dport = msg->local_port;
	if (msg->size > 4096)
		msg_cork_bytes(msg, 8192);
	return msg_redirect_hash(msg, &sockets_by_key, &key, BPF_F_INGRESS);
}

SEC("sk_skb/parser")
int parser(struct __sk_buff *skb)
{
	u8 *data, *end;

	if (skb_pull_data(skb, 4))
		return 0;
	data = DATA(skb);
	end = DATA_END(skb);
	if (data + 4 > end)
		return 0;
	return swap32(*(u32 *)data) & 0xffff;
}

SEC("sk_skb/stream_verdict")
int verdict(struct __sk_buff *skb)
{
	u32 key = skb->remote_port & 7;

	if (skb->local_port == 10000)
		key = 0;
	skb->priority = 3;
	return sk_redirect_map(skb, &socks, key, 0);
}

SEC("sockops")
int operations(struct bpf_sock_ops *ops)
{
	struct key key = {};
	u32 slot;
	int size = 150000;
	int reply = -1;

	switch (ops->op) {
	case BPF_SOCK_OPS_TIMEOUT_INIT:
		reply = 10;
		break;
	case BPF_SOCK_OPS_RWND_INIT:
		reply = 40;
		break;
	case BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		if (ops->family != 2)
			return 1;
		key.src = ops->remote_ip4;
		key.dst = ops->local_ip4;
		key.sport = ops->remote_port >> 16;
		key.dport = ops->local_port;
		sock_hash_update(ops, &sockets_by_key, &key, BPF_NOEXIST);
		slot = ops->local_port & 7;
		sock_map_update(ops, &socks, &slot, BPF_ANY);
		sock_ops_cb_flags_set(ops, ops->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_RTT_CB_FLAG);
		break;
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
		reply = setsockopt(ops, 1, 7, &size, sizeof(size));
		reply += setsockopt(ops, 1, 8, &size, sizeof(size));
		break;
	case BPF_SOCK_OPS_BASE_RTT:
		if (ops->is_fullsock && ops->snd_cwnd > 10)
			reply = ops->srtt_us >> 3;
		break;
	}
	ops->reply = reply;
	return 1;
}

SEC("sockops")
int rtt(struct bpf_sock_ops *ops)
{
	u64 cookie = get_socket_cookie(ops), low, *old;

	if (ops->op != BPF_SOCK_OPS_RTT_CB)
		return 1;
	low = ops->args[0];
	old = map_lookup(&seen, &cookie);
	if (!old || *old > low)
		map_update(&seen, &cookie, &low, BPF_ANY);
	if (ops->state == 7 && ops->total_retrans > 3)
		map_delete(&seen, &cookie);
	return 1;
}

SEC("sk_reuseport")
int select(struct sk_reuseport_md *ctx)
{
	u8 *data = ctx->data, *end = ctx->data_end;
	u32 index = ctx->hash % 8;

	if (ctx->ip_protocol == 17 && data + 12 <= end)
		index = data[8] & 7;
	else if (ctx->len < 8)
		return SK_DROP;
	if (sk_select_reuseport(ctx, &ports, &index, 0))
		return SK_DROP;
	return SK_PASS;
}

SEC("lwt_in")
int lwt_drop(struct __sk_buff *skb)
{
	struct ipv4 *ip = DATA(skb);

	if ((void *)(ip + 1) > DATA_END(skb))
		return BPF_DROP;
	return ip->ttl > 3 && skb->len < 1500 ? BPF_OK : BPF_DROP;
}

SEC("lwt_xmit")
int lwt_push(struct __sk_buff *skb)
{
	struct { struct ipv4 ip; u32 gre; } __attribute__((packed)) head = {};

	head.ip.version = 4;
	head.ip.ihl = 5;
	head.ip.proto = 47;
	head.ip.len = swap16(skb->len + sizeof(head));
	head.gre = swap32(0x0800);
	if (lwt_push_encap(skb, BPF_LWT_ENCAP_IP, &head, sizeof(head)))
		return BPF_DROP;
	skb->mark = 9;
	return BPF_LWT_REROUTE;
}

SEC("flow_dissector")
int dissect(struct __sk_buff *skb)
{
	struct bpf_flow_keys *keys = skb->flow_keys;
	struct ipv4 *ip = DATA(skb) + 14;
	u16 *l4;

	keys->nhoff = 14;
	if ((void *)(ip + 1) > DATA_END(skb) || keys->n_proto != ETH_IP)
		return BPF_DROP;
	keys->thoff = 14 + ip->ihl * 4;
	keys->ip_proto = ip->proto;
	keys->addr_proto = 0x800;
	keys->ipv4_src = ip->src;
	keys->ipv4_dst = ip->dst;
	if (swap16(ip->frag) & 0x1fff) {
		keys->is_frag = 1;
		return BPF_OK;
	}
	l4 = DATA(skb) + 34;
	if ((void *)(l4 + 2) > DATA_END(skb))
		return BPF_DROP;
	keys->sport = l4[0];
	keys->dport = l4[1];
	return BPF_OK;
}

LICENSE("GPL");
