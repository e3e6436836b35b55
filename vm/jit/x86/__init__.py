"""x86-64 instructions as bytes; nothing here knows of eBPF."""
