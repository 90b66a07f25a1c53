"""Reads the input of commands: files, saved requests, keys, stored answers, and facts from AWS."""
