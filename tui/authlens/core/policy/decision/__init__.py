"""Decides one question, with the reasons and the near misses."""
