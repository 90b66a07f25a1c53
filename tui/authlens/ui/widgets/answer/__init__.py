"""The verdict and what lies below it."""
