"""HOW a stack is deployed: one Pulumi component resource per file."""
