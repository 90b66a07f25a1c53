"""Values to styled text, pure: pages, marks, safe content and the texts that are not of the answer."""
