"""The answer in view, as text."""
