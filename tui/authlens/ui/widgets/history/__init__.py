"""What was sent before."""
