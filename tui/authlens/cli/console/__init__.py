"""What every command works with: the parser, output streams, exit codes, and access to the outside world."""
