"""A connection that authlens makes as a device would: what it should do, and what happened."""
