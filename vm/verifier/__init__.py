"""Linux 6.18's verifier: what it knows of every register and byte, what it demands, and what it says."""
