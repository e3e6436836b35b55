/* What no file of ours can answer: kernel functions, kernel variables. */
#include "bpf.h"

extern void bpf_rcu_read_lock(void) __attribute__((section(".ksyms")));
extern u32 HZ __attribute__((section(".kconfig")));

SEC("xdp")
int calls(void *ctx)
{
	bpf_rcu_read_lock();
	return 2;
}

SEC("xdp")
int reads(void *ctx)
{
	return HZ;
}

SEC("xdp")
int passes(void *ctx)
{
	return 2;
}
