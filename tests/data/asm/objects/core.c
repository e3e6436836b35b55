/* An access to a kernel structure that libbpf would adjust to the running kernel. */
#include "bpf.h"

struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

SEC("raw_tp/sched_switch")
int switched(struct task_struct *task)
{
	return task->pid;
}
