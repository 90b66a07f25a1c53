"""Connections of real devices: what each may do, the broker between them, and the record of each connection."""
