"""The Lambda event: of the test, of a real connection."""
