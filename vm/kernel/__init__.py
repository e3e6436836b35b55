"""The modeled kernel: packets, devices, hooks and the path between them."""
