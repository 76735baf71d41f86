"""Users' API keys, analytics events and metrics, and their daily roll-ups."""

from alembic import op

revision = "0003"
down_revision = "0002"
programs_from = "0001"

# digest: SHA-256 of the key. prefix: its first characters, by which its user knows it.
_KEYS = """
CREATE TABLE platform.api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
    prefix text NOT NULL,
    digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
    scopes text[] NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_used_at timestamptz
);
CREATE INDEX api_keys_user ON platform.api_keys (tenant_id, user_id, created_at);
CREATE INDEX api_keys_account ON platform.api_keys (user_id);

-- The hash of the key that is being verified: whoever presents a key may see its row.
CREATE FUNCTION platform.presented_key() RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT decode(nullif(current_setting('app.key_digest', true), ''), 'hex') $$;

ALTER TABLE platform.api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE platform.api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON platform.api_keys
    USING (tenant_id = tenants.current_tenant() AND user_id = tenants.acting_user());
CREATE POLICY presented_seen ON platform.api_keys FOR SELECT
    USING (digest = platform.presented_key());
CREATE POLICY presented_used ON platform.api_keys FOR UPDATE
    USING (digest = platform.presented_key());

-- Returns a key that counts, with its user as that is now; notes its use once a minute. A key
-- of somebody who has left the tenant does not count; suspended: the tenant is.
CREATE FUNCTION platform.use_key(given bytea)
RETURNS TABLE (user_id uuid, tenant_id uuid, email text, role text, scopes text[],
    expires_at timestamptz, suspended boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    whose uuid;
BEGIN
    PERFORM set_config('app.key_digest', encode(given, 'hex'), true);
    SELECT k.tenant_id INTO whose FROM platform.api_keys k WHERE k.digest = given;
    PERFORM set_config('app.tenant_id', coalesce(whose::text, ''), true);
    UPDATE platform.api_keys k SET last_used_at = now()
        WHERE k.digest = given
        AND (k.expires_at IS NULL OR k.expires_at > now())
        AND (k.last_used_at IS NULL OR k.last_used_at < now() - interval '1 minute');
    RETURN QUERY
        SELECT u.id, u.tenant_id, u.email, u.role, k.scopes, k.expires_at,
            t.suspended_at IS NOT NULL
        FROM platform.api_keys k
        JOIN auth.users u ON u.id = k.user_id AND u.tenant_id = k.tenant_id
        JOIN tenants.tenants t ON t.id = k.tenant_id
        WHERE k.digest = given AND (k.expires_at IS NULL OR k.expires_at > now());
    PERFORM set_config('app.key_digest', '', true), set_config('app.tenant_id', '', true);
END $$;
"""

# Without a foreign key to the tenant: removing a tenant must not wait for a million rows. What
# belonged to one that is gone is removed in the background.
_RAW = """
CREATE TABLE platform.events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    properties jsonb NOT NULL,
    value double precision,
    cost_usd numeric(14, 6),
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX events_time ON platform.events (tenant_id, occurred_at);

CREATE TABLE platform.metrics (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    value double precision NOT NULL,
    labels jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
);
CREATE INDEX metrics_time ON platform.metrics (tenant_id, occurred_at);
"""

# Days are those of UTC. stale_days: each write of raw rows adds its days, and so waits for no
# other; rolling a day up removes what it found there. retention: the raw rows before that day
# are gone, so its roll-ups and those before are not made again.
_ROLLUPS = """
CREATE TABLE platform.stale_days (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant_id uuid NOT NULL,
    day date NOT NULL
);
CREATE INDEX stale_days_tenant ON platform.stale_days (tenant_id, day);

CREATE TABLE platform.retention (
    tenant_id uuid PRIMARY KEY,
    removed_before date NOT NULL
);

CREATE TABLE platform.daily_events (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    count bigint NOT NULL,
    value double precision NOT NULL,
    cost_usd numeric(20, 6) NOT NULL,
    PRIMARY KEY (tenant_id, day, name)
);

CREATE TABLE platform.daily_users (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    user_id uuid NOT NULL,
    PRIMARY KEY (tenant_id, day, user_id)
);

CREATE TABLE platform.daily_metrics (
    tenant_id uuid NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    least double precision NOT NULL,
    most double precision NOT NULL,
    PRIMARY KEY (tenant_id, day, name)
);
"""

_OF_TENANTS = (
    "events",
    "metrics",
    "stale_days",
    "retention",
    "daily_events",
    "daily_users",
    "daily_metrics",
)

# To find out which tenants there is something to do for; the work itself is done as a tenant.
_FOUND = """
CREATE POLICY found ON platform.stale_days FOR SELECT USING (tenants.platform_admin());
CREATE POLICY found ON platform.retention FOR SELECT USING (tenants.platform_admin());
"""


def _secured(table: str) -> str:
    return (
        f"ALTER TABLE platform.{table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE platform.{table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY same_tenant ON platform.{table}"
        " USING (tenant_id = tenants.current_tenant());"
    )


def upgrade() -> None:
    """Make the tables, their row-level security, and what verifies a key."""
    secured = "".join(_secured(table) for table in _OF_TENANTS)
    for statements in (_KEYS, _RAW, _ROLLUPS, secured, _FOUND):
        op.get_bind().exec_driver_sql(statements)
