"""workspace-service: workspaces, their members and projects, and the audit log."""
