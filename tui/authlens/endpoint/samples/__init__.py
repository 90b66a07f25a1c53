"""A project to try everything with, and the copy of its requests that a person may edit."""
