"""What commands are given, read: files, saved requests, keys, stored answers, facts asked of AWS."""
