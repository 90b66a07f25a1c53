"""`aws iot test-invoke-authorizer`, option for option."""
