"""The engine: runs the steps of an execution."""
