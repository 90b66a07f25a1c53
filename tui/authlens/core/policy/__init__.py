"""AWS IoT policy documents: parsing, deciding and linting them."""
