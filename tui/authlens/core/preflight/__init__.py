"""What AWS would refuse before the function runs."""
