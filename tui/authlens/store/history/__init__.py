"""Every invocation, kept in one SQLite file of the user: written at once, searched as you type."""
