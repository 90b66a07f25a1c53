"""What a pasted text is, and what it holds: a request, an answer, a policy, or words of somebody else."""
