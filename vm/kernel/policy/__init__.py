"""Kubernetes NetworkPolicies, made into what an eBPF program can ask: identities, map entries, verdicts."""
