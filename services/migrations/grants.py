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
)
