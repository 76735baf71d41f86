"""Workflows: their definitions, what starts them, and their executions."""
