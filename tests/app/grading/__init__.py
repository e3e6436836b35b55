"""Grading: checks, lessons proved, mutants, batches."""
