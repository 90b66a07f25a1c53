"""Programs that tests run: real MQTT clients, one scenario after another, results as JSON on standard output."""
