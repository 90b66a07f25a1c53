"""A connection that authlens makes as a device would: what it is to do, and what it met."""
