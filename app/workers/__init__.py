"""Simulation processes: heavy work runs here, under budgets, outside the web process."""
