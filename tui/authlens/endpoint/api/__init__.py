"""AWS's calls over HTTP."""
