"""Other people's projects: recognises the kind of file, and reads its settings and definitions."""
