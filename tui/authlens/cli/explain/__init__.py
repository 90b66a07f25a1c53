"""At which stage and why."""
