"""One call with everything about it."""
