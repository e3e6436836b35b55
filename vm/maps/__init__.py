"""eBPF maps: one protocol, one file per kind."""
