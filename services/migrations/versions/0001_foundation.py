"""Accounts, profiles, tenants, and the Airtable emulator's tables."""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE tenants.tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Without row-level security: whoever signs in has no tenant yet. Only auth_service reads it.
-- role: on the platform. What one is in one's tenant stands in tenants.members.
CREATE TABLE auth.users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL,
    password_hash text NOT NULL,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON auth.users (lower(email));
CREATE INDEX users_tenant ON auth.users (tenant_id);

-- digest: SHA-256 of the token. family: all that came from one sign-in. jti: of the access
-- token that was given out with it.
CREATE TABLE auth.refresh_tokens (
    digest bytea PRIMARY KEY,
    family uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    jti text NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_tokens_family ON auth.refresh_tokens (family);
CREATE INDEX refresh_tokens_user ON auth.refresh_tokens (user_id);

CREATE TABLE tenants.members (
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX members_user ON tenants.members (user_id);

CREATE TABLE users.profiles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL UNIQUE REFERENCES auth.users (id) ON DELETE CASCADE,
    email text NOT NULL,
    first_name text,
    last_name text,
    display_name text,
    avatar_url text,
    bio text,
    preferences jsonb NOT NULL DEFAULT '{}',
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id),
    role text NOT NULL DEFAULT 'user',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX profiles_tenant ON users.profiles (tenant_id, created_at);
"""

# A transaction says for whom it works; one that does not say it sees no row of any tenant.
_SECURITY = """
CREATE FUNCTION tenants.current_tenant() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

CREATE FUNCTION tenants.acting_user() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

CREATE FUNCTION tenants.platform_admin() RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT coalesce(current_setting('app.platform_admin', true), '') = 'on' $$;

ALTER TABLE tenants.tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY same_tenant ON tenants.tenants
    USING (id = tenants.current_tenant() OR tenants.platform_admin());

ALTER TABLE tenants.members ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.members FORCE ROW LEVEL SECURITY;
CREATE POLICY same_tenant ON tenants.members
    USING (tenant_id = tenants.current_tenant() OR tenants.platform_admin());

-- Whether the acting user may change another's account: its own, one of a tenant that it
-- owns, as the tenant's admin any but an owner's, as the platform's admin any.
CREATE FUNCTION users.may_change(target uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(target = tenants.acting_user(), false) OR tenants.platform_admin() OR EXISTS (
        SELECT FROM tenants.members own JOIN tenants.members other USING (tenant_id)
        WHERE own.user_id = tenants.acting_user() AND other.user_id = target
            AND (own.role = 'owner' OR (own.role = 'admin' AND other.role <> 'owner'))
    )
$$;

ALTER TABLE users.profiles ENABLE ROW LEVEL SECURITY;
ALTER TABLE users.profiles FORCE ROW LEVEL SECURITY;
CREATE POLICY seen ON users.profiles FOR SELECT
    USING (tenant_id = tenants.current_tenant() OR tenants.platform_admin());
CREATE POLICY made ON users.profiles FOR INSERT
    WITH CHECK (tenant_id = tenants.current_tenant());
CREATE POLICY changed ON users.profiles FOR UPDATE
    USING ((tenant_id = tenants.current_tenant() OR tenants.platform_admin())
        AND users.may_change(user_id));
"""

_ACCOUNTS = """
CREATE FUNCTION auth.create_account(
    given_email text, given_hash text, given_first text, given_last text, given_tenant text
) RETURNS SETOF auth.users
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := gen_random_uuid();
    made auth.users;
BEGIN
    PERFORM set_config('app.tenant_id', tenant::text, true);
    INSERT INTO tenants.tenants (id, name) VALUES (tenant, given_tenant);
    INSERT INTO auth.users (email, password_hash, tenant_id)
        VALUES (given_email, given_hash, tenant) RETURNING * INTO made;
    INSERT INTO tenants.members (tenant_id, user_id, role) VALUES (tenant, made.id, 'owner');
    INSERT INTO users.profiles (user_id, email, first_name, last_name, tenant_id, role)
        VALUES (made.id, given_email, given_first, given_last, tenant, made.role);
    RETURN NEXT made;
END $$;

-- Removes an account with all that belongs to it, and its tenant when nobody else is in it.
-- A tenant that loses its last owner goes to its first admin, else to its first member.
-- Returns deleted, forbidden or not_found.
CREATE FUNCTION users.delete_account(gone uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid;
BEGIN
    SELECT p.tenant_id INTO tenant FROM users.profiles p WHERE p.user_id = gone;
    -- Two who leave at the same time must see each other go.
    PERFORM FROM tenants.tenants t WHERE t.id = tenant FOR UPDATE;
    PERFORM FROM auth.users u WHERE u.id = gone AND u.tenant_id = tenant;
    IF NOT FOUND THEN
        RETURN 'not_found';
    END IF;
    IF users.may_change(gone) IS NOT TRUE THEN
        RETURN 'forbidden';
    END IF;
    DELETE FROM auth.users u WHERE u.id = gone;
    DELETE FROM tenants.tenants t WHERE t.id = tenant
        AND NOT EXISTS (SELECT FROM auth.users u WHERE u.tenant_id = tenant);
    UPDATE tenants.members m SET role = 'owner'
        WHERE m.tenant_id = tenant
        AND NOT EXISTS (
            SELECT FROM tenants.members o WHERE o.tenant_id = tenant AND o.role = 'owner')
        AND m.user_id = (
            SELECT h.user_id FROM tenants.members h WHERE h.tenant_id = tenant
            ORDER BY h.role <> 'admin', h.created_at, h.user_id LIMIT 1);
    RETURN 'deleted';
END $$;
"""

_EMULATOR = """
CREATE TABLE emulator.bases (
    id text PRIMARY KEY,
    name text NOT NULL,
    permission_level text NOT NULL
);
CREATE TABLE emulator.tables (
    id text PRIMARY KEY,
    base_id text NOT NULL REFERENCES emulator.bases (id) ON DELETE CASCADE,
    name text NOT NULL,
    primary_field_id text NOT NULL,
    position integer NOT NULL,
    fields jsonb NOT NULL
);
CREATE INDEX tables_base ON emulator.tables (base_id, position);
CREATE TABLE emulator.records (
    id text PRIMARY KEY,
    table_id text NOT NULL REFERENCES emulator.tables (id) ON DELETE CASCADE,
    fields jsonb NOT NULL,
    created_time timestamptz NOT NULL DEFAULT now(),
    position bigserial NOT NULL
);
CREATE INDEX records_table ON emulator.records (table_id, position);
"""


def upgrade() -> None:
    """Make the tables, their row-level security, and what is done with accounts as a whole."""
    for statements in (_TABLES, _SECURITY, _ACCOUNTS, _EMULATOR):
        op.get_bind().exec_driver_sql(statements)
