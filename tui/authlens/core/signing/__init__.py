"""Keys, signatures, JWTs and the likely mistakes."""
