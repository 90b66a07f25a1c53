"""One YAML file of the user: the saved request, its cases, its expectation and its questions. It sends nothing."""
