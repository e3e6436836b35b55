"""What goes wrong from outside, end to end: a clear error each time, and nothing typed is lost."""
