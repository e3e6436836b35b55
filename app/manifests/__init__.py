"""YAML that people write, checked against a schema, every mistake with its line and column."""
