"""Scenarios of the modeled kernel: seeded, parameterised sources of events with the truth about each."""
