"""MQTT 3.1.1 and 5 as AWS IoT speaks them: packets, session rules, topics and ClientHellos, all without I/O."""
