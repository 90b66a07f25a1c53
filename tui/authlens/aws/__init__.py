"""AWS over botocore, and the only importer of it. Implements `core.gateway.Gateway`."""
