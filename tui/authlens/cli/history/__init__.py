"""The history as text and JSON."""
