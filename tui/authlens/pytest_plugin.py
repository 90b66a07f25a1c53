"""A pytest plugin that makes each saved request a test item, where it is asked for."""
