"""user-service: profiles and preferences."""
