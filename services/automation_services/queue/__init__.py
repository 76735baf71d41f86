"""The queue of jobs on PostgreSQL: its worker, its schedule, and who tidies up."""
