"""What every command works with: parser, the two streams, exit codes, the outside as one object."""
