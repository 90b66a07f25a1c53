"""The command line. Each command is one file with `declare(parser)` and `run(arguments, world)`."""
