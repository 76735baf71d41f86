"""automation-services: files with extracted text, and workflows on a durable queue of jobs."""
