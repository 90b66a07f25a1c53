"""Connects as a device would, and reports each step. It imports neither boto3 nor Textual."""
