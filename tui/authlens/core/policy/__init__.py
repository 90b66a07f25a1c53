"""AWS IoT policies, read with positions and evaluated. No input text makes anything here raise."""
