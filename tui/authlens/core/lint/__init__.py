"""What is wrong with documents and with the answer around them."""
