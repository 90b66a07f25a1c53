"""authlens: an interactive terminal debugger for AWS IoT Core custom authorizers."""

__version__ = "0.1.0"
