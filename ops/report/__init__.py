"""What an update came to, as one page and as JSON, kept beside the state."""
