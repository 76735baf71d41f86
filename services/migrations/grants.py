"""What each service may do. A grant that is no longer needed is taken back by a revision."""

from __future__ import annotations

from typing import LiteralString

_CHANGEABLE = "first_name, last_name, display_name, avatar_url, bio, preferences, updated_at"

GRANTS: tuple[LiteralString, ...] = (
    "GRANT USAGE ON SCHEMA auth TO auth_service",
    "GRANT SELECT ON auth.users TO auth_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON auth.refresh_tokens TO auth_service",
    "GRANT EXECUTE ON FUNCTION auth.create_account(text, text, text, text, text) TO auth_service",
    "GRANT USAGE ON SCHEMA users, tenants TO user_service",
    "GRANT SELECT ON users.profiles TO user_service",
    f"GRANT UPDATE ({_CHANGEABLE}) ON users.profiles TO user_service",
    "GRANT EXECUTE ON FUNCTION tenants.current_tenant(), tenants.acting_user(),"
    " tenants.platform_admin(), users.may_change(uuid), users.delete_account(uuid)"
    " TO user_service",
    "GRANT USAGE ON SCHEMA emulator TO airtable_emulator",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON emulator.bases, emulator.tables, emulator.records"
    " TO airtable_emulator",
    "GRANT USAGE ON SEQUENCE emulator.records_position_seq TO airtable_emulator",
    "GRANT USAGE ON SCHEMA workspaces, tenants, users TO workspace_service",
    "GRANT SELECT ON tenants.members TO workspace_service",
    "GRANT SELECT (user_id, tenant_id, email, first_name, last_name, display_name)"
    " ON users.profiles TO workspace_service",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON workspaces.workspaces, workspaces.members,"
    " workspaces.projects, workspaces.bases TO workspace_service",
    "GRANT SELECT, INSERT ON workspaces.audit TO workspace_service",
    "GRANT EXECUTE ON FUNCTION tenants.current_tenant(), tenants.acting_user(),"
    " tenants.platform_admin(), tenants.lock_quota(text) TO workspace_service",
    "GRANT USAGE ON SCHEMA tenants, users, workspaces TO tenant_service",
    "GRANT SELECT ON tenants.plans, tenants.tenants, tenants.members, tenants.invitations"
    " TO tenant_service",
    "GRANT INSERT, UPDATE ON tenants.tenants TO tenant_service",
    "GRANT INSERT, DELETE ON tenants.invitations TO tenant_service",
    "GRANT UPDATE (role) ON tenants.members TO tenant_service",
    "GRANT SELECT (user_id, tenant_id, email, first_name, last_name, display_name)"
    " ON users.profiles TO tenant_service",
    "GRANT SELECT (id, tenant_id) ON workspaces.workspaces TO tenant_service",
    "GRANT EXECUTE ON FUNCTION tenants.current_tenant(), tenants.acting_user(),"
    " tenants.platform_admin(), tenants.lock_quota(text), tenants.accept_invitation(bytea),"
    " tenants.remove_member(uuid), tenants.delete_tenant(uuid) TO tenant_service",
    "GRANT USAGE ON SCHEMA platform, tenants TO platform_services",
    "GRANT SELECT (id) ON tenants.tenants TO platform_services",
    "GRANT SELECT, INSERT, DELETE ON platform.api_keys TO platform_services",
    "GRANT SELECT, INSERT, DELETE ON platform.events, platform.metrics, platform.stale_days,"
    " platform.daily_events, platform.daily_users, platform.daily_keys, platform.daily_metrics"
    " TO platform_services",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.retention TO platform_services",
    "GRANT EXECUTE ON FUNCTION tenants.current_tenant(), tenants.acting_user(),"
    " tenants.platform_admin(), platform.presented_key(), platform.use_key(bytea),"
    " platform.key_of(bytea) TO platform_services",
    "GRANT USAGE ON SCHEMA automation, tenants TO automation_services",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON automation.files, automation.workflows,"
    " automation.executions, automation.step_runs TO automation_services",
    "GRANT SELECT, INSERT, DELETE ON automation.file_chunks TO automation_services",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON automation.file_texts TO automation_services",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON automation.procrastinate_jobs,"
    " automation.procrastinate_workers, automation.procrastinate_periodic_defers,"
    " automation.procrastinate_events TO automation_services",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA automation TO automation_services",
    "GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA automation TO automation_services",
    "GRANT EXECUTE ON FUNCTION tenants.current_tenant(), tenants.platform_admin()"
    " TO automation_services",
    "GRANT SELECT (id, suspended_at) ON tenants.tenants TO automation_services",
    "GRANT SELECT (tenant_id, user_id) ON tenants.members TO automation_services",
)
