"""Small mistakes put into a solution, to see which of them the checks of its lesson let through."""
