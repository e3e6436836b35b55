"""What a check sends, made into things that happen to programs."""
