/* Global data that holds an address: only a real kernel knows it. */
#include "bpf.h"

int number;
int *place = &number;

SEC("xdp")
int reads(void *ctx)
{
	return *place;
}
