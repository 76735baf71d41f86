"""Airtable data as tools of the Model Context Protocol."""
