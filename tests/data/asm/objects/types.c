/* Keys and values of many types, those that have no words among them. */
#include "bpf.h"

enum verdict { PASS, DROP };
typedef u64 stamp;
struct point {
	short x, y;
};

struct value {
	enum verdict verdict;
	_Bool known;
	char name[11];
	const volatile stamp at;
	struct point track[2];
	void *next;
	long delta;
	double ratio[0];
};
struct plain {
	enum verdict verdict;
	_Bool known;
	char name[11];
	const volatile stamp at;
	struct point track[2];
	void *next;
	long delta;
	u32 grid[2][3];
};
struct bits {
	u32 low : 3, high : 29;
};
union either {
	u32 number;
	u8 bytes[4];
};

#define MAP(name, k, v) struct { __uint(type, 1); __uint(max_entries, 4); __type(key, k); __type(value, v); } name SEC(".maps")

MAP(plain, stamp, struct plain);
MAP(odd, struct bits, union either);
MAP(real, double, struct value);
struct {
	__uint(type, 30);
	__uint(max_entries, 64);
	__uint(map_extra, 3);
	__type(value, __be32);
} filter SEC(".maps");

SEC("kprobe/do_nanosleep")
int probe(void *ctx)
{
	return 0;
}
