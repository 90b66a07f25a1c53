"""What changed between two invocations."""
