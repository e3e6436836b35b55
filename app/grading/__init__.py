"""What a submission is worth: checks carried out, deterministically and within budgets; docs/authoring.md."""
