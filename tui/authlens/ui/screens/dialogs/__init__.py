"""One question or one look on top of the screen."""
