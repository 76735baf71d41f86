"""A process apart, with little memory and time, for what users have sent."""
