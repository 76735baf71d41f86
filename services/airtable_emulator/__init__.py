"""Stands in for Airtable's Web API, with sample bases in PostgreSQL."""
