"""What an endpoint runs, as read from a file of the user."""
