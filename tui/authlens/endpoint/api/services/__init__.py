"""The other services of an endpoint: Lambda, CloudWatch Logs, STS, and a health check."""
