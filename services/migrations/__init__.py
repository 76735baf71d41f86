"""Roles, schema and grants of the platform's database."""
