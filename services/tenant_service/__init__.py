"""tenant-service: tenants, their plans and quotas, memberships and invitations."""
