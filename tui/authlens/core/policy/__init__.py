"""AWS IoT policies: read with their positions, evaluated, checked. No text makes anything here raise."""
