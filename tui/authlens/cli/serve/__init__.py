"""The endpoint as a program."""
