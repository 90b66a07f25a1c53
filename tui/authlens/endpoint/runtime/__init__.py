"""The Lambda Runtime API, workers, supervisor, bootstraps."""
