"""What all services of the platform share: each module is one concern."""
