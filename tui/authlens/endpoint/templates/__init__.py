"""What an endpoint runs, read from a file of the user."""
