"""Files: taken in, checked, kept in PostgreSQL, given out, and read for their text."""
