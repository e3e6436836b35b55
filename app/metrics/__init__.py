"""Maps made into metrics: the rules a learner writes, what Prometheus scrapes, what Grafana draws."""
