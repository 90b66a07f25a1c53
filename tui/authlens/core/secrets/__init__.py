"""What is secret and how it is hidden, in every encoding."""
