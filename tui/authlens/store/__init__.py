"""The user's files: saved requests, history, settings and what references point to. Nothing else touches them."""
