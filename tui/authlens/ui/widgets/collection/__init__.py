"""Saved requests as a tree."""
