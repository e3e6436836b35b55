"""Questions as lines of JSON: what ``hookscope batch`` reads and answers."""
