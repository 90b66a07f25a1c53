"""Mutation testing of `core`: small faults are put into it at random, and the tests have to find them."""
