"""The machine: the living definition of eBPF. One step at a time, forwards and backwards."""
