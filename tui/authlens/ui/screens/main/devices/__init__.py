"""What has to do with devices: the listener of a local target, and connecting as one of them."""
