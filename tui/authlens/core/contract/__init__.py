"""What AWS was measured to do, as tables."""
