/* Traffic control: rewriting with checksum helpers, tags, tunnels, marks, pacing, sampling. */
#include "hook.h"
#include <linux/pkt_cls.h>

struct nat {
	u32 ip;
	u16 port;
	u16 pad;
};
struct flow {
	u32 src, dst;
	u16 sport, dport;
	u8 proto, pad[3];
};
MAP(nats, BPF_MAP_TYPE_HASH, struct nat, struct nat, 32);
MAP(pace, BPF_MAP_TYPE_HASH, u32, struct { u64 next; u64 rate; }, 16);
MAP(volume, BPF_MAP_TYPE_PERCPU_HASH, u32, struct { u64 packets; u64 bytes; }, 16);
MAP(marks, BPF_MAP_TYPE_ARRAY, u32, u32, 64);
RING(packets);
SIZED_MAP(queue, BPF_MAP_TYPE_QUEUE, 0, 8, 16);

struct pacing { u64 next; u64 rate; };
struct total { u64 packets; u64 bytes; };

#define IP_OFF 14
#define CSUM_OFF (IP_OFF + __builtin_offsetof(struct ipv4, check))
#define DST_OFF (IP_OFF + __builtin_offsetof(struct ipv4, dst))
#define TCP_CSUM (IP_OFF + 20 + __builtin_offsetof(struct tcp, check))
#define DPORT_OFF (IP_OFF + 20 + 2)

SEC("tc")
int dnat(struct __sk_buff *skb)
{
	struct eth *eth = DATA(skb);
	struct ipv4 *ip = (void *)(eth + 1);
	struct tcp *tcp = (void *)(ip + 1);
	struct nat key = {}, *to;
	u32 old_ip;
	u16 old_port, new_port;
	u32 new_ip;

	if ((void *)(tcp + 1) > DATA_END(skb))
		return TC_ACT_OK;
	if (eth->proto != ETH_IP || ip->ihl != 5 || ip->proto != 6)
		return TC_ACT_OK;
	key.ip = old_ip = ip->dst;
	key.port = old_port = tcp->dst;
	to = map_lookup(&nats, &key);
	if (!to)
		return TC_ACT_OK;
	new_ip = to->ip;
	new_port = to->port;
	l4_csum_replace(skb, TCP_CSUM, old_ip, new_ip, BPF_F_PSEUDO_HDR | sizeof(new_ip));
	l4_csum_replace(skb, TCP_CSUM, old_port, new_port, sizeof(new_port));
	l3_csum_replace(skb, CSUM_OFF, old_ip, new_ip, sizeof(new_ip));
	skb_store_bytes(skb, DST_OFF, &new_ip, sizeof(new_ip), 0);
	if (skb_store_bytes(skb, DPORT_OFF, &new_port, sizeof(new_port), 0) < 0)
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

SEC("tc")
int ttl_down(struct __sk_buff *skb)
{
	struct ipv4 ip;
	u8 ttl;

	if (skb->protocol != ETH_IP)
		return TC_ACT_UNSPEC;
	if (skb_load_bytes(skb, IP_OFF, &ip, sizeof(ip)) < 0)
		return TC_ACT_SHOT;
	if (ip.ttl < 2)
		return TC_ACT_SHOT;
	ttl = ip.ttl - 1;
	l3_csum_replace(skb, CSUM_OFF, ip.ttl, ttl, 2);
	skb_store_bytes(skb, IP_OFF + 8, &ttl, 1, 0);
	return TC_ACT_OK;
}

SEC("tc")
int direct_write(struct __sk_buff *skb)
{
	struct eth *eth;
	struct ipv4 *ip;

	if (skb_pull_data(skb, 34))
		return TC_ACT_SHOT;
	eth = DATA(skb);
	ip = (void *)(eth + 1);
	if ((void *)(ip + 1) > DATA_END(skb))
		return TC_ACT_SHOT;
	if (eth->proto == ETH_IP) {
		u32 sum = ip->check + swap16(0x0100);

		ip->ttl--;
		ip->check = sum + (sum >= 0xffff);
	}
	return TC_ACT_OK;
}

SEC("tc")
int dscp(struct __sk_buff *skb)
{
	void *data = DATA(skb), *end = DATA_END(skb);
	struct eth *eth = data;

	if (data + sizeof(*eth) + sizeof(struct ipv6) > end)
		return TC_ACT_OK;
	if (eth->proto == ETH_IP) {
		struct ipv4 *ip = data + sizeof(*eth);

		skb->priority = ip->tos >> 5;
		skb->queue_mapping = ip->tos >> 6;
	} else if (eth->proto == ETH_IPV6) {
		struct ipv6 *ip = data + sizeof(*eth);

		skb->priority = (swap32(ip->flow) >> 20 & 0xff) >> 5;
	}
	return TC_ACT_OK;
}

SEC("tc")
int tags(struct __sk_buff *skb)
{
	if (skb->vlan_present) {
		u16 id = skb->vlan_tci & 0xfff;

		if (id == 100)
			return skb_vlan_pop(skb) ? TC_ACT_SHOT : TC_ACT_OK;
		return TC_ACT_OK;
	}
	if (skb->mark == 7 && skb_vlan_push(skb, ETH_8021Q, 200 | 3 << 13))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

SEC("tc")
int set_tunnel(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key = {};

	key.remote_ipv4 = 0xac100164;
	key.tunnel_id = skb->mark ? skb->mark : 2;
	key.tunnel_ttl = 64;
	if (skb_set_tunnel_key(skb, &key, sizeof(key), BPF_F_ZERO_CSUM_TX) < 0)
		return TC_ACT_SHOT;
	return redirect(skb->ifindex, 0);
}

SEC("tc")
int get_tunnel(struct __sk_buff *skb)
{
	struct bpf_tunnel_key key;

	if (skb_get_tunnel_key(skb, &key, sizeof(key), 0))
		return TC_ACT_SHOT;
	if (key.tunnel_id == 2 || key.remote_ipv4 == 0xac100164)
		skb->mark = key.tunnel_id;
	return TC_ACT_OK;
}

SEC("tc")
int paced(struct __sk_buff *skb)
{
	u32 key = skb->priority;
	struct pacing *p = map_lookup(&pace, &key);
	u64 now, delay, at;

	if (!p || !p->rate)
		return TC_ACT_OK;
	now = ktime_get_ns();
	delay = (u64)skb->len * 1000000000 / p->rate;
	at = skb->tstamp;
	if (at < now)
		at = now;
	if (p->next <= at) {
		p->next = at + delay;
		return TC_ACT_OK;
	}
	if (p->next - now >= 2000000000)
		return TC_ACT_SHOT;
	if (p->next - now >= 1000000)
		skb_ecn_set_ce(skb);
	skb->tstamp = p->next;
	__sync_fetch_and_add(&p->next, delay);
	return TC_ACT_OK;
}

SEC("tc")
int accounted(struct __sk_buff *skb)
{
	u32 key = skb->ifindex;
	struct total *t = map_lookup(&volume, &key), first = { 1, skb->len };

	if (t) {
		t->packets++;
		t->bytes += skb->len;
	} else {
		map_update(&volume, &key, &first, BPF_NOEXIST);
	}
	return TC_ACT_PIPE;
}

SEC("tc")
int mirrored(struct __sk_buff *skb)
{
	u64 item = (u64)skb->hash << 32 | skb->len;

	if ((get_hash_recalc(skb) & 0xff) == 0)
		clone_redirect(skb, skb->ingress_ifindex, 0);
	if (map_push(&queue, &item, BPF_EXIST))
		return TC_ACT_OK;
	skb->cb[0] = item;
	skb->cb[4] = skb->cb[0] + 1;
	return skb->cb[4] & 1 ? TC_ACT_OK : TC_ACT_RECLASSIFY;
}

struct seen {
	u64 time;
	u32 ifindex;
	u16 proto;
	u16 len;
	u8 head[32];
};

SEC("tc")
int logged(struct __sk_buff *skb)
{
	struct seen *e;
	u32 len = skb->len;

	if (len < 14)
		return TC_ACT_OK;
	e = ringbuf_reserve(&packets, sizeof(*e), 0);
	if (!e)
		return TC_ACT_OK;
	e->time = ktime_get_boot_ns();
	e->ifindex = skb->ifindex;
	e->proto = skb->protocol;
	e->len = len;
	if (len > sizeof(e->head))
		len = sizeof(e->head);
	if (skb_load_bytes(skb, 0, e->head, len)) {
		ringbuf_discard(e, 0);
		return TC_ACT_OK;
	}
	ringbuf_submit(e, ringbuf_query(&packets, BPF_RB_AVAIL_DATA) > 2048 ? 0 : BPF_RB_NO_WAKEUP);
	return TC_ACT_OK;
}

SEC("tc")
int assigned(struct __sk_buff *skb)
{
	struct bpf_sock_tuple *tuple;
	struct eth *eth = DATA(skb);
	struct ipv4 *ip = (void *)(eth + 1);
	struct bpf_sock *sk;
	long err;

	if ((void *)(ip + 1) + 8 > DATA_END(skb) || eth->proto != ETH_IP || ip->ihl != 5)
		return TC_ACT_OK;
	tuple = (void *)&ip->src;
	if ((void *)tuple + sizeof(tuple->ipv4) > DATA_END(skb))
		return TC_ACT_SHOT;
	sk = skc_lookup_tcp(skb, tuple, sizeof(tuple->ipv4), BPF_F_CURRENT_NETNS, 0);
	if (!sk)
		return TC_ACT_OK;
	if (sk->state != 10) {
		sk_release(sk);
		return TC_ACT_OK;
	}
	err = sk_assign(skb, sk, 0);
	sk_release(sk);
	return err ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int listener(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk, *full, *lis;
	struct bpf_tcp_sock *tp;

	if (!sk)
		return TC_ACT_OK;
	full = sk_fullsock(sk);
	if (!full)
		return TC_ACT_OK;
	if (full->family != 2 || full->protocol != 6)
		return TC_ACT_OK;
	tp = tcp_sock(full);
	if (tp && tp->snd_cwnd > 100)
		skb->mark = tp->srtt_us >> 3;
	lis = get_listener_sock(full);
	if (lis)
		skb->tc_index = lis->src_port;
	return TC_ACT_OK;
}

SEC("tc")
int neighbour(struct __sk_buff *skb)
{
	struct bpf_redir_neigh neigh = {};
	struct bpf_fib_lookup fib = {};
	struct ipv4 *ip = DATA(skb) + 14;
	u32 mtu = 0;

	if ((void *)(ip + 1) > DATA_END(skb))
		return TC_ACT_SHOT;
	fib.family = 2;
	fib.ipv4_src = ip->src;
	fib.ipv4_dst = ip->dst;
	fib.ifindex = skb->ingress_ifindex;
	if (fib_lookup(skb, &fib, sizeof(fib), BPF_FIB_LOOKUP_OUTPUT))
		return TC_ACT_OK;
	if (check_mtu(skb, fib.ifindex, &mtu, 20, 0))
		return TC_ACT_SHOT;
	neigh.nh_family = 2;
	neigh.ipv4_nh = fib.ipv4_dst;
	return redirect_neigh(fib.ifindex, &neigh, sizeof(neigh), 0);
}

SEC("tc")
int to_v6(struct __sk_buff *skb)
{
	struct ipv6 head = {};

	if (skb->protocol != ETH_IP)
		return TC_ACT_OK;
	if (skb_change_proto(skb, ETH_IPV6, 0))
		return TC_ACT_SHOT;
	head.flow = swap32(0x60000000);
	head.next = 6;
	head.hops = 64;
	if (skb_store_bytes(skb, 14, &head, sizeof(head), BPF_F_RECOMPUTE_CSUM))
		return TC_ACT_SHOT;
	return TC_ACT_OK;
}

SEC("tc")
int room(struct __sk_buff *skb)
{
	struct { struct udp udp; u32 vni; } __attribute__((packed)) head = {};
	struct eth *eth;

	if (skb_adjust_room(skb, sizeof(head), 1, BPF_F_ADJ_ROOM_FIXED_GSO | BPF_F_ADJ_ROOM_ENCAP_L4_UDP))
		return TC_ACT_SHOT;
	head.udp.dst = swap16(4789);
	head.udp.len = swap16(skb->len - 34);
	head.vni = swap32(skb->mark << 8);
	if (skb_store_bytes(skb, 34, &head, sizeof(head), BPF_F_INVALIDATE_HASH))
		return TC_ACT_SHOT;
	eth = DATA(skb);
	if ((void *)(eth + 1) > DATA_END(skb))
		return TC_ACT_SHOT;
	eth->dst[0] &= ~1;
	return TC_ACT_OK;
}

SEC("tc")
int table_of_marks(struct __sk_buff *skb)
{
	u32 key = skb->mark & 63, *m;

	m = map_lookup(&marks, &key);
	if (m) {
		u32 next = *m;

		if (next < 64) {
			u32 *n = map_lookup(&marks, &next);

			if (n)
				skb->mark = *n;
		}
		*m = next + 1;
	}
	return TC_ACT_OK;
}

SEC("tc")
int printed(struct __sk_buff *skb)
{
	char fmt[] = "len %d mark %x\n";

	trace_printk(fmt, sizeof(fmt), skb->len, skb->mark);
	return skb->gso_segs > 4 || skb->gso_size > 1400 ? TC_ACT_SHOT : TC_ACT_OK;
}

SEC("tc")
int meta_to_mark(struct __sk_buff *skb)
{
	u32 *meta = DATA_META(skb);

	if ((void *)(meta + 1) > DATA(skb))
		return TC_ACT_OK;
	skb->mark = *meta;
	return TC_ACT_OK;
}

LICENSE("Dual MIT/GPL");
