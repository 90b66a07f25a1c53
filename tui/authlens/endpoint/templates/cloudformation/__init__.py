"""SAM, CloudFormation and CDK templates, read as data into the functions and authorizers to run."""
