"""The compiler: eBPF to machine code, the way the kernel's own JIT does it."""
