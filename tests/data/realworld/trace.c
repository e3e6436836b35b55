/* Tracing: who runs what for how long, stacks, histograms, events to user space. */
#include "hook.h"

struct regs {
	unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax, ip, cs, flags, sp, ss;
};
struct perf_data { struct regs regs; u64 period; u64 addr; };
struct hist { u64 slots[27]; };
struct stack_key { u32 pid; s32 user; s32 kernel; char comm[16]; };
struct event { u32 pid; u32 uid; u64 time; char comm[16]; char path[64]; };
struct sched_switch {
	u64 pad;
	char prev_comm[16];
	s32 prev_pid;
	s32 prev_prio;
	s64 prev_state;
	char next_comm[16];
	s32 next_pid;
	s32 next_prio;
};
struct sys_enter { u64 pad; s64 id; u64 args[6]; };

MAP(starts, BPF_MAP_TYPE_HASH, u32, u64, 64);
MAP(hists, BPF_MAP_TYPE_HASH, u64, struct hist, 16);
MAP(histogram, BPF_MAP_TYPE_ARRAY, u32, u64, 64);
MAP(stack_counts, BPF_MAP_TYPE_HASH, struct stack_key, u64, 32);
SIZED_MAP(stacks, BPF_MAP_TYPE_STACK_TRACE, 4, 1016, 16);
SIZED_MAP(perf, BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 4);
MAP(scratch, BPF_MAP_TYPE_PERCPU_ARRAY, u32, struct event, 1);
MAP(in_task, BPF_MAP_TYPE_LRU_HASH, u64, u64, 32);
RING(ring);

const volatile u32 wanted_pid = 0;
const volatile u8 only_root = 0;
static const struct hist empty_hist;
u64 lost;

INLINE u32 log2_32(u32 v)
{
	u32 r, shift;

	r = (v > 0xffff) << 4;
	v >>= r;
	shift = (v > 0xff) << 3;
	v >>= shift;
	r |= shift;
	shift = (v > 0xf) << 2;
	v >>= shift;
	r |= shift;
	shift = (v > 3) << 1;
	v >>= shift;
	r |= shift;
	r |= v >> 1;
	return r;
}

INLINE u32 log2_64(u64 v)
{
	u32 hi = v >> 32;

	return hi ? log2_32(hi) + 32 : log2_32(v);
}

SEC("kprobe")
int start(struct regs *ctx)
{
	u64 id = get_current_pid_tgid(), now;
	u32 tid = id;

	if (wanted_pid && id >> 32 != wanted_pid)
		return 0;
	if (only_root && (u32)get_current_uid_gid())
		return 0;
	now = ktime_get_ns();
	map_update(&starts, &tid, &now, BPF_ANY);
	return 0;
}

SEC("kretprobe")
int end(struct regs *ctx)
{
	u32 tid = get_current_pid_tgid(), slot;
	u64 *at = map_lookup(&starts, &tid), *bin;
	s64 took;

	if (!at)
		return 0;
	took = ktime_get_ns() - *at;
	map_delete(&starts, &tid);
	if (took < 0)
		return 0;
	slot = log2_64(took / 1000);
	bin = map_lookup(&histogram, &slot);
	if (bin)
		__sync_fetch_and_add(bin, 1);
	return 0;
}

SEC("kretprobe")
int hist_by_key(struct regs *ctx)
{
	u64 key = get_current_cgroup_id(), slot;
	struct hist *h = map_lookup(&hists, &key);

	if (!h) {
		map_update(&hists, &key, &empty_hist, BPF_NOEXIST);
		h = map_lookup(&hists, &key);
		if (!h)
			return 0;
	}
	slot = log2_64(ctx->ax);
	if (slot >= 27)
		slot = 26;
	__sync_fetch_and_add(&h->slots[slot], 1);
	return 0;
}

SEC("kprobe")
int opened(struct regs *ctx)
{
	struct event *e;

	e = ringbuf_reserve(&ring, sizeof(*e), 0);
	if (!e) {
		lost++;
		return 0;
	}
	e->pid = get_current_pid_tgid() >> 32;
	e->uid = get_current_uid_gid();
	e->time = ktime_get_ns();
	get_current_comm(e->comm, sizeof(e->comm));
	if (probe_read_user_str(e->path, sizeof(e->path), (void *)ctx->si) < 0)
		e->path[0] = 0;
	ringbuf_submit(e, 0);
	return 0;
}

SEC("tracepoint")
int enter(struct sys_enter *ctx)
{
	u32 zero = 0;
	struct event *e = map_lookup(&scratch, &zero);
	long len;

	if (!e)
		return 0;
	e->pid = get_current_pid_tgid() >> 32;
	if (ctx->id != 257)
		return 0;
	len = probe_read_user_str(e->path, sizeof(e->path), (void *)ctx->args[1]);
	if (len <= 0 || len > sizeof(e->path))
		return 0;
	get_current_comm(e->comm, sizeof(e->comm));
	perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, e, __builtin_offsetof(struct event, path) + (len & 63));
	return 0;
}

SEC("tracepoint")
int switched(struct sched_switch *ctx)
{
	u32 prev = ctx->prev_pid, next = ctx->next_pid, slot;
	u64 now = ktime_get_ns(), *at, *bin;

	if (prev)
		map_update(&starts, &prev, &now, 0);
	at = map_lookup(&starts, &next);
	if (!at)
		return 0;
	slot = log2_64((now - *at) >> 10) & 63;
	bin = map_lookup(&histogram, &slot);
	if (bin)
		*bin += 1;
	map_delete(&starts, &next);
	return 0;
}

SEC("perf_event")
int profile(struct perf_data *ctx)
{
	struct stack_key key = {};
	u64 one = 1, *count;

	key.pid = get_current_pid_tgid() >> 32;
	if (!key.pid)
		return 0;
	get_current_comm(key.comm, sizeof(key.comm));
	key.kernel = get_stackid(ctx, &stacks, BPF_F_REUSE_STACKID);
	key.user = get_stackid(ctx, &stacks, BPF_F_USER_STACK | BPF_F_FAST_STACK_CMP);
	if (key.kernel < 0 && key.user < 0)
		return 0;
	count = map_lookup(&stack_counts, &key);
	if (count)
		__sync_fetch_and_add(count, 1);
	else
		map_update(&stack_counts, &key, &one, BPF_NOEXIST);
	return 0;
}

SEC("perf_event")
int sampled_ip(struct perf_data *ctx)
{
	u64 ip = ctx->regs.ip, *count, one = 1;

	if (ctx->period < 100)
		return 0;
	count = map_lookup(&in_task, &ip);
	if (count)
		*count += ctx->period;
	else
		map_update(&in_task, &ip, &one, 0);
	return 0;
}

SEC("raw_tp")
int raw_switch(struct bpf_raw_tracepoint_args *ctx)
{
	void *next = (void *)ctx->args[2];
	char comm[16];
	u32 pid = 0;

	probe_read_kernel(&pid, sizeof(pid), next + 1256);
	probe_read_kernel_str(comm, sizeof(comm), next + 1800);
	if (pid == wanted_pid && comm[0] == 'b')
		perf_event_output(ctx, &perf, get_smp_processor_id(), comm, sizeof(comm));
	return 0;
}

SEC("kprobe")
int chain(struct regs *ctx)
{
	void *task = (void *)get_current_task(), *parent = 0;
	u32 pids[4] = {};

#pragma unroll
	for (int i = 0; i < 4; i++) {
		if (probe_read_kernel(&parent, sizeof(parent), task + 1264) || !parent)
			break;
		probe_read_kernel(&pids[i], 4, parent + 1256);
		task = parent;
	}
	if (pids[3] == 1)
		lost++;
	return 0;
}

SEC("kprobe")
int args_of_exec(struct regs *ctx)
{
	char buf[128];
	u32 at = 0;
	const char *arg = 0;

	for (int i = 0; i < 4; i++) {
		long len;

		if (probe_read_user(&arg, sizeof(arg), (void *)(ctx->dx + i * 8)) || !arg)
			break;
		if (at > 96)
			break;
		len = probe_read_user_str(buf + at, 32, arg);
		if (len < 0 || len > 32)
			break;
		at += len;
	}
	if (at > sizeof(buf))
		return 0;
	ringbuf_output(&ring, buf, at, 0);
	return 0;
}

SEC("kprobe")
int get_the_stack(struct regs *ctx)
{
	u64 frames[16];
	long size = get_stack(ctx, frames, sizeof(frames), 0);
	u64 sum = 0;

	if (size < 0)
		return 0;
	for (int i = 0; i < 16; i++) {
		if (i * 8 >= size)
			break;
		sum ^= frames[i];
	}
	map_update(&in_task, &sum, &sum, 0);
	return 0;
}

SEC("kprobe")
int stack_to_ring(struct regs *ctx)
{
	struct { u64 count; u64 frames[31]; } *rec = ringbuf_reserve(&ring, 256, 0);
	long user, kernel;

	if (!rec)
		return 0;
	user = get_stack(ctx, rec->frames, 128, BPF_F_USER_STACK);
	if (user < 0) {
		ringbuf_discard(rec, BPF_RB_NO_WAKEUP);
		return 0;
	}
	kernel = get_stack(ctx, (void *)rec->frames + 128, 120, 0);
	rec->count = user + kernel;
	ringbuf_submit(rec, 0);
	return 0;
}

SEC("kprobe")
int read_counter(struct regs *ctx)
{
	struct { u64 counter, enabled, running; } value = {};
	u64 cpu = get_smp_processor_id(), got;

	got = perf_event_read(&perf, cpu);
	if ((s64)got < 0 && (s64)got > -256)
		return 0;
	if (perf_event_read_value(&perf, BPF_F_CURRENT_CPU, &value, sizeof(value)))
		return 0;
	map_update(&in_task, &cpu, &value.counter, 0);
	return 0;
}

SEC("raw_tp")
int formatted(struct bpf_raw_tracepoint_args *ctx)
{
	static const char fmt[] = "pid %d arg %llx";
	u64 args[] = { get_current_pid_tgid() >> 32, ctx->args[0] };
	char out[48];
	long n = snprintf(out, sizeof(out), fmt, args, sizeof(args));

	if (n > 0 && n <= sizeof(out))
		ringbuf_output(&ring, out, n & 63, BPF_RB_FORCE_WAKEUP);
	return 0;
}

SEC("kprobe")
int prefix(struct regs *ctx)
{
	char path[64];
	static const char etc[] = "/etc/";

	if (probe_read_user_str(path, sizeof(path), (void *)ctx->di) < 6)
		return 0;
	if (strncmp(path, 5, etc))
		return 0;
	trace_printk("opened %s", 10, path);
	return get_func_ip(ctx) && get_attach_cookie(ctx) == 7;
}

SEC("kprobe")
int namespaced(struct regs *ctx)
{
	struct { u32 pid, tgid; } ns = {};

	if (get_ns_current_pid_tgid(4, 0xf0000000, &ns, sizeof(ns)))
		return 0;
	map_update(&starts, &ns.tgid, &(u64){ 1 }, 0);
	return 0;
}

LICENSE("GPL");
