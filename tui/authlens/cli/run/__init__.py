"""Saved requests as a suite."""
