"""The local endpoint: AWS IoT's authorizer calls over HTTP on loopback, running the user's own function."""
