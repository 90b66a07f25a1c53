"""AWS over boto3, and the only importer of it. Implements `core.gateway.Gateway`."""
