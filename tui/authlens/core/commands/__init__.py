"""The same request as a command line, code or device line, and back."""
