"""What AWS holds around an authorizer, and what it means for a device."""
