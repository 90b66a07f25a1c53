"""The user's own files: saved requests, history, settings and what references name. Nothing here is world-readable."""
