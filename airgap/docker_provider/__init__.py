"""The provider for Docker: Network, Volume, RemoteImage, Container and three functions.

It behaves like the official one, known defects included, for what it takes; any other
input is refused by name.
"""
