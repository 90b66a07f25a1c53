"""Real connections: what a device may do, the broker between devices, and the record that is kept of each of them."""
