"""The command line. Each command is one file with `declare(parser)` and `run(arguments, services)`.

The rule for imports inside functions, here and below: a function imports what only some options or errors need. With
all of it imported first, `authlens decide` took 0.7 s of processor time to start instead of 0.15 s (measured on a slow
machine), and `--help` would load every reader.
"""
