"""What a pasted text is, and what it holds: a request, an answer, a policy, or the words of a device or a tool."""
