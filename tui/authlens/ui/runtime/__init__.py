"""Threads, clipboard, signals, crash report, themes, and all private names of Textual."""
