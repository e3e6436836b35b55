"""eBPF helpers: one row each in a table, its function beside it."""
