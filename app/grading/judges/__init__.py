"""One file for each kind of expectation: given what happened, what was missed."""
