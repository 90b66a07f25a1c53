"""Does an invocation do what its saved request promises."""
