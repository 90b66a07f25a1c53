"""What policies allow: one question decided, or everything they allow at a glance."""
