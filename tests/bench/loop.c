/* What an engine called from C needs to be measured: a loop around its program, and a hash map's look-up. */

#include <stddef.h>
#include <stdint.h>
#include <time.h>

typedef uint64_t (*program)(void *memory, size_t size);

enum { SLOTS = 1024, ENTRIES = 256 };

static struct { uint32_t key, entry; } slots[SLOTS];
static uint64_t values[ENTRIES];

void fill(void)
{
	for (uint32_t key = 0; key < ENTRIES; key++) {
		uint32_t at = key * 2654435761u >> 22;

		while (slots[at].entry)
			at = (at + 1) % SLOTS;
		slots[at].key = key;
		slots[at].entry = key + 1;
	}
}

uint64_t lookup(uint64_t map, const uint32_t *key)
{
	for (uint32_t at = *key * 2654435761u >> 22; slots[at].entry; at = (at + 1) % SLOTS)
		if (slots[at].key == *key)
			return (uint64_t)&values[slots[at].entry - 1];
	return 0;
}

/* Nanoseconds of this thread's processor that so many runs take. */
uint64_t run(program run_once, void *memory, size_t size, uint64_t times)
{
	struct timespec start, end;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start);
	for (uint64_t n = 0; n < times; n++)
		run_once(memory, size);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
	return (end.tv_sec - start.tv_sec) * 1000000000ull + end.tv_nsec - start.tv_nsec;
}
