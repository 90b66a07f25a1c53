"""One question, decided with its reasons and its near misses."""
