"""Whole projects of other people: what kind of file one is given, its settings, and the definitions it holds."""
