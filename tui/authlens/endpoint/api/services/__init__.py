"""The other services of an endpoint: Lambda, CloudWatch and its Logs, STS, and a health check."""
