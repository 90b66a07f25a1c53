"""What an endpoint answers besides AWS IoT: Lambda, CloudWatch Logs, STS, and whether it is alive."""
