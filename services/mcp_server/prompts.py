"""Prompts for common tasks."""

from __future__ import annotations

from mcp.server.mcpserver import MCPServer


def add_prompts(server: MCPServer) -> None:
    """Give a server its prompts."""

    @server.prompt()
    def summarize_base(base_id: str) -> str:
        """Say what a base is for and what is in it."""
        return (
            f"Look at the Airtable base {base_id} with list_tables and get_schema. Say in a few "
            "sentences what it is for, then name each table with its purpose, its most important "
            "fields and how it is linked to others."
        )

    @server.prompt()
    def answer_from_table(base_id: str, table: str, question: str) -> str:
        """Answer a question from the records of a table."""
        return (
            f"Answer this question from the table {table} of the Airtable base {base_id}: "
            f"{question}\nRead the fields with get_schema first, then only the records that are "
            "needed, with search_records or get_records and a formula. Name the records that the "
            "answer rests on."
        )

    @server.prompt()
    def check_data_quality(base_id: str, table: str) -> str:
        """Find gaps and duplicates in a table."""
        return (
            f"Check the data of the table {table} in the Airtable base {base_id}. Use "
            "analyze_table for empty fields and odd lowest and highest values, then "
            "find_duplicates by the fields that should be unique. List what is wrong, worst "
            "first. Change nothing."
        )

    @server.prompt()
    def add_records_from_text(base_id: str, table: str, text: str) -> str:
        """Make records from a text."""
        return (
            f"Make records in the table {table} of the Airtable base {base_id} from the text "
            "below. Read the fields with get_schema, show what would be made, and call "
            f"batch_create only after it was agreed to.\n\n{text}"
        )
