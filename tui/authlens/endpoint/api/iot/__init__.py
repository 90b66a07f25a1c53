"""AWS IoT's own calls: authorizers, domain configurations, tags, and the data plane's Publish."""
