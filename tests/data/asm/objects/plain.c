/* A function that no section makes a program, as tests of virtual machines compile them. */
typedef unsigned long long u64;

u64 entry(u64 a)
{
	u64 sum = 0;

	for (u64 i = 0; i < a; i++)
		sum += i & 7;
	return sum;
}
