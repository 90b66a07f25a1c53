"""At which stage it failed, why, and what to do next."""
