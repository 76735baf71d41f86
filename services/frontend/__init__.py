"""frontend: the web interface for people."""
