"""What the screen edits and shows, pure."""
