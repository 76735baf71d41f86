"""What is done to a running platform."""
