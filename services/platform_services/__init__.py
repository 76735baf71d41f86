"""platform-services: users' API keys, and analytics of what tenants do."""
