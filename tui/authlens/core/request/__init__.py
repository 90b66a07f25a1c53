"""What is sent, to whom: the one table of members, references, token place."""
