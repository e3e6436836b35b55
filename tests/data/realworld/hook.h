/* What the programs here share: how sections, maps and helpers are written, and the headers of packets. */
#ifndef HOOK_H
#define HOOK_H

#include <linux/bpf.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#define SEC(name) __attribute__((section(name), used))
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#define LICENSE(text) char _license[] SEC("license") = text
#define __uint(name, value) int (*name)[value]
#define __type(name, value) value *name
#define __array(name, value) value *name[]

#define MAP(name, kind, K, V, entries)                                                                       \
	struct {                                                                                             \
		__uint(type, kind);                                                                          \
		__uint(max_entries, entries);                                                                \
		__type(key, K);                                                                              \
		__type(value, V);                                                                            \
	} name SEC(".maps")

#define SIZED_MAP(name, kind, ks, vs, entries)                                                               \
	struct {                                                                                             \
		__uint(type, kind);                                                                          \
		__uint(max_entries, entries);                                                                \
		__uint(key_size, ks);                                                                        \
		__uint(value_size, vs);                                                                      \
	} name SEC(".maps")

#define RING(name)                                                                                           \
	struct {                                                                                             \
		__uint(type, BPF_MAP_TYPE_RINGBUF);                                                          \
		__uint(max_entries, 4096);                                                                   \
	} name SEC(".maps")

#define HELPER(ret, name, id, ...) static ret (*const name)(__VA_ARGS__) = (void *)id

HELPER(void *, map_lookup, 1, void *map, const void *key);
HELPER(long, map_update, 2, void *map, const void *key, const void *value, u64 flags);
HELPER(long, map_delete, 3, void *map, const void *key);
HELPER(long, probe_read, 4, void *dst, u32 size, const void *src);
HELPER(u64, ktime_get_ns, 5, void);
HELPER(long, trace_printk, 6, const char *fmt, u32 size, ...);
HELPER(u32, get_prandom_u32, 7, void);
HELPER(u32, get_smp_processor_id, 8, void);
HELPER(long, skb_store_bytes, 9, void *skb, u32 off, const void *from, u32 len, u64 flags);
HELPER(long, l3_csum_replace, 10, void *skb, u32 off, u64 from, u64 to, u64 size);
HELPER(long, l4_csum_replace, 11, void *skb, u32 off, u64 from, u64 to, u64 flags);
HELPER(long, tail_call, 12, void *ctx, void *map, u32 index);
HELPER(long, clone_redirect, 13, void *skb, u32 ifindex, u64 flags);
HELPER(u64, get_current_pid_tgid, 14, void);
HELPER(u64, get_current_uid_gid, 15, void);
HELPER(long, get_current_comm, 16, void *buf, u32 size);
HELPER(long, skb_vlan_push, 18, void *skb, u16 proto, u16 tci);
HELPER(long, skb_vlan_pop, 19, void *skb);
HELPER(long, skb_get_tunnel_key, 20, void *skb, void *key, u32 size, u64 flags);
HELPER(long, skb_set_tunnel_key, 21, void *skb, void *key, u32 size, u64 flags);
HELPER(u64, perf_event_read, 22, void *map, u64 flags);
HELPER(long, redirect, 23, u32 ifindex, u64 flags);
HELPER(long, perf_event_output, 25, void *ctx, void *map, u64 flags, void *data, u64 size);
HELPER(long, skb_load_bytes, 26, const void *skb, u32 off, void *to, u32 len);
HELPER(long, get_stackid, 27, void *ctx, void *map, u64 flags);
HELPER(s64, csum_diff, 28, void *from, u32 from_size, void *to, u32 to_size, u32 seed);
HELPER(long, skb_change_proto, 31, void *skb, u16 proto, u64 flags);
HELPER(u32, get_hash_recalc, 34, void *skb);
HELPER(u64, get_current_task, 35, void);
HELPER(long, skb_change_tail, 38, void *skb, u32 len, u64 flags);
HELPER(long, skb_pull_data, 39, void *skb, u32 len);
HELPER(s64, csum_update, 40, void *skb, u32 csum);
HELPER(long, get_numa_node_id, 42, void);
HELPER(long, xdp_adjust_head, 44, void *ctx, int delta);
HELPER(long, probe_read_str, 45, void *dst, u32 size, const void *src);
HELPER(u64, get_socket_cookie, 46, void *ctx);
HELPER(u32, get_socket_uid, 47, void *skb);
HELPER(long, setsockopt, 49, void *ctx, int level, int name, void *value, int len);
HELPER(long, skb_adjust_room, 50, void *skb, s32 len, u32 mode, u64 flags);
HELPER(long, redirect_map, 51, void *map, u64 key, u64 flags);
HELPER(long, sk_redirect_map, 52, void *skb, void *map, u32 key, u64 flags);
HELPER(long, sock_map_update, 53, void *ops, void *map, void *key, u64 flags);
HELPER(long, xdp_adjust_meta, 54, void *ctx, int delta);
HELPER(long, perf_event_read_value, 55, void *map, u64 flags, void *buf, u32 size);
HELPER(long, perf_prog_read_value, 56, void *ctx, void *buf, u32 size);
HELPER(long, getsockopt, 57, void *ctx, int level, int name, void *value, int len);
HELPER(long, sock_ops_cb_flags_set, 59, void *ops, int flags);
HELPER(long, msg_redirect_map, 60, void *msg, void *map, u32 key, u64 flags);
HELPER(long, msg_apply_bytes, 61, void *msg, u32 bytes);
HELPER(long, msg_cork_bytes, 62, void *msg, u32 bytes);
HELPER(long, msg_pull_data, 63, void *msg, u32 start, u32 end, u64 flags);
HELPER(long, bind, 64, void *ctx, void *addr, int len);
HELPER(long, xdp_adjust_tail, 65, void *ctx, int delta);
HELPER(long, get_stack, 67, void *ctx, void *buf, u32 size, u64 flags);
HELPER(long, skb_load_bytes_relative, 68, const void *skb, u32 off, void *to, u32 len, u32 start);
HELPER(long, fib_lookup, 69, void *ctx, void *params, int plen, u32 flags);
HELPER(long, sock_hash_update, 70, void *ops, void *map, void *key, u64 flags);
HELPER(long, msg_redirect_hash, 71, void *msg, void *map, void *key, u64 flags);
HELPER(long, sk_redirect_hash, 72, void *skb, void *map, void *key, u64 flags);
HELPER(long, lwt_push_encap, 73, void *skb, u32 type, void *hdr, u32 len);
HELPER(u64, skb_cgroup_id, 79, void *skb);
HELPER(u64, get_current_cgroup_id, 80, void);
HELPER(void *, get_local_storage, 81, void *map, u64 flags);
HELPER(long, sk_select_reuseport, 82, void *ctx, void *map, void *key, u64 flags);
HELPER(struct bpf_sock *, sk_lookup_tcp, 84, void *ctx, void *tuple, u32 size, u64 netns, u64 flags);
HELPER(struct bpf_sock *, sk_lookup_udp, 85, void *ctx, void *tuple, u32 size, u64 netns, u64 flags);
HELPER(long, sk_release, 86, void *sk);
HELPER(long, map_push, 87, void *map, const void *value, u64 flags);
HELPER(long, map_pop, 88, void *map, void *value);
HELPER(long, map_peek, 89, void *map, void *value);
HELPER(long, spin_lock, 93, void *lock);
HELPER(long, spin_unlock, 94, void *lock);
HELPER(struct bpf_sock *, sk_fullsock, 95, void *sk);
HELPER(struct bpf_tcp_sock *, tcp_sock, 96, void *sk);
HELPER(long, skb_ecn_set_ce, 97, void *skb);
HELPER(struct bpf_sock *, get_listener_sock, 98, void *sk);
HELPER(struct bpf_sock *, skc_lookup_tcp, 99, void *ctx, void *tuple, u32 size, u64 netns, u64 flags);
HELPER(long, tcp_check_syncookie, 100, void *sk, void *iph, u32 iph_len, void *th, u32 th_len);
HELPER(long, sysctl_get_name, 101, void *ctx, char *buf, u64 size, u64 flags);
HELPER(long, sysctl_get_current_value, 102, void *ctx, char *buf, u64 size);
HELPER(long, sysctl_get_new_value, 103, void *ctx, char *buf, u64 size);
HELPER(long, strtol, 105, const char *buf, u64 size, u64 flags, long *res);
HELPER(long, strtoul, 106, const char *buf, u64 size, u64 flags, unsigned long *res);
HELPER(void *, sk_storage_get, 107, void *map, void *sk, void *value, u64 flags);
HELPER(s64, tcp_gen_syncookie, 110, void *sk, void *iph, u32 iph_len, void *th, u32 th_len);
HELPER(long, probe_read_user, 112, void *dst, u32 size, const void *src);
HELPER(long, probe_read_kernel, 113, void *dst, u32 size, const void *src);
HELPER(long, probe_read_user_str, 114, void *dst, u32 size, const void *src);
HELPER(long, probe_read_kernel_str, 115, void *dst, u32 size, const void *src);
HELPER(u64, jiffies64, 118, void);
HELPER(long, get_ns_current_pid_tgid, 120, u64 dev, u64 ino, void *nsdata, u32 size);
HELPER(long, sk_assign, 124, void *ctx, void *sk, u64 flags);
HELPER(u64, ktime_get_boot_ns, 125, void);
HELPER(long, ringbuf_output, 130, void *ring, void *data, u64 size, u64 flags);
HELPER(void *, ringbuf_reserve, 131, void *ring, u64 size, u64 flags);
HELPER(void, ringbuf_submit, 132, void *data, u64 flags);
HELPER(void, ringbuf_discard, 133, void *data, u64 flags);
HELPER(u64, ringbuf_query, 134, void *ring, u64 flags);
HELPER(long, load_hdr_opt, 142, void *ops, void *to, u32 len, u64 flags);
HELPER(long, store_hdr_opt, 143, void *ops, const void *from, u32 len, u64 flags);
HELPER(long, reserve_hdr_opt, 144, void *ops, u32 len, u64 flags);
HELPER(long, redirect_peer, 155, u32 ifindex, u64 flags);
HELPER(long, redirect_neigh, 152, u32 ifindex, void *params, int plen, u64 flags);
HELPER(long, check_mtu, 163, void *ctx, u32 ifindex, u32 *mtu_len, s32 diff, u64 flags);
HELPER(long, for_each_map_elem, 164, void *map, void *callback, void *ctx, u64 flags);
HELPER(long, snprintf, 165, char *str, u32 size, const char *fmt, u64 *data, u32 data_len);
HELPER(u64, get_func_ip, 173, void *ctx);
HELPER(u64, get_attach_cookie, 174, void *ctx);
HELPER(long, loop, 181, u32 n, void *callback, void *ctx, u64 flags);
HELPER(long, strncmp, 182, const char *a, u32 size, const char *b);
HELPER(long, xdp_load_bytes, 189, void *ctx, u32 off, void *buf, u32 len);
HELPER(long, xdp_store_bytes, 190, void *ctx, u32 off, void *buf, u32 len);
HELPER(u64, xdp_get_buff_len, 188, void *ctx);
HELPER(long, skb_set_tstamp, 192, void *skb, u64 tstamp, u32 type);
HELPER(void *, map_lookup_percpu, 195, void *map, const void *key, u32 cpu);
HELPER(s64, tcp_raw_gen_syncookie_ipv4, 204, void *iph, void *th, u32 th_len);
HELPER(long, tcp_raw_check_syncookie_ipv4, 206, void *iph, void *th);
HELPER(u64, ktime_get_tai_ns, 208, void);

#define swap16(x) __builtin_bswap16(x)
#define swap32(x) __builtin_bswap32(x)
#define ETH_IP swap16(0x0800)
#define ETH_IPV6 swap16(0x86DD)
#define ETH_ARP swap16(0x0806)
#define ETH_8021Q swap16(0x8100)
#define ETH_8021AD swap16(0x88A8)

struct eth {
	u8 dst[6];
	u8 src[6];
	u16 proto;
} __attribute__((packed));

struct vlan {
	u16 tci;
	u16 proto;
};

struct ipv4 {
	u8 ihl : 4, version : 4;
	u8 tos;
	u16 len;
	u16 id;
	u16 frag;
	u8 ttl;
	u8 proto;
	u16 check;
	u32 src;
	u32 dst;
};

struct ipv6 {
	u32 flow;
	u16 len;
	u8 next;
	u8 hops;
	u32 src[4];
	u32 dst[4];
};

struct tcp {
	u16 src;
	u16 dst;
	u32 seq;
	u32 ack;
	u16 res1 : 4, doff : 4, fin : 1, syn : 1, rst : 1, psh : 1, ackf : 1, urg : 1, ece : 1, cwr : 1;
	u16 window;
	u16 check;
	u16 urgent;
};

struct udp {
	u16 src;
	u16 dst;
	u16 len;
	u16 check;
};

struct icmp {
	u8 type;
	u8 code;
	u16 check;
	u16 id;
	u16 seq;
};

INLINE u16 fold(u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

INLINE void swap_macs(struct eth *eth)
{
	u8 was[6];

	__builtin_memcpy(was, eth->src, 6);
	__builtin_memcpy(eth->src, eth->dst, 6);
	__builtin_memcpy(eth->dst, was, 6);
}

#define DATA(ctx) ((void *)(long)(ctx)->data)
#define DATA_END(ctx) ((void *)(long)(ctx)->data_end)
#define DATA_META(ctx) ((void *)(long)(ctx)->data_meta)

#endif
