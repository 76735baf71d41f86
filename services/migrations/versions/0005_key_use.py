"""How often each API key is used, day by day."""

from alembic import op

revision = "0005"
down_revision = "0004"
programs_from = "0001"

# key_id: as the event names it, which may be anything: a user may note events of any name. So
# the user stands beside it, and what somebody notes of another's key is not that key's.
_DAILY = """
CREATE TABLE platform.daily_keys (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    user_id uuid NOT NULL,
    key_id text NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (tenant_id, day, user_id, key_id)
);
ALTER TABLE platform.daily_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.daily_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY same_tenant ON platform.daily_keys USING (tenant_id = tenants.current_tenant());
"""

# Beside use_key, of which programs that still run have prepared what it returns. With the rights
# of the caller, who may see the row of a key that is presented.
_KEY_OF = """
CREATE FUNCTION platform.key_of(given bytea) RETURNS uuid
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found uuid;
BEGIN
    PERFORM set_config('app.key_digest', encode(given, 'hex'), true);
    SELECT k.id INTO found FROM platform.api_keys k WHERE k.digest = given;
    PERFORM set_config('app.key_digest', '', true);
    RETURN found;
END $$;
"""


def upgrade() -> None:
    """Make the table and the function."""
    for statements in (_DAILY, _KEY_OF):
        op.get_bind().exec_driver_sql(statements)
