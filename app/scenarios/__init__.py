"""Worlds that learners write: YAML in, a world with events out; every mistake told where it stands."""
