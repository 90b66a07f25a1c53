"""The request."""
