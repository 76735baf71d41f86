"""The language host: how the engine runs a program that is written in Python."""
