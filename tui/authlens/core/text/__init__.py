"""Text without any knowledge of AWS: strict YAML and JSON with positions, patterns, encodings, safe characters."""
