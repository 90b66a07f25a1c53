"""The device listener: real clients connect to the local endpoint, on one port for every protocol."""
