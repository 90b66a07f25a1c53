"""At which stage a call fails, and why."""
