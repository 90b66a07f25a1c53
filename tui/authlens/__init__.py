"""authlens: an interactive terminal debugger for AWS IoT Core custom authorizers."""

from authlens import interrupts as interrupts  # before anything else: until then Ctrl+C shows a traceback

__version__ = "0.1.0"
