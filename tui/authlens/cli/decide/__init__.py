"""What policies allow: the decision on one question, or a summary of everything."""
