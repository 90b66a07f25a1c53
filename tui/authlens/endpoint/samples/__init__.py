"""The sample project, and a copy of its requests for the user to edit."""
