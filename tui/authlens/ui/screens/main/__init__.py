"""The main screen and the controllers it holds."""
