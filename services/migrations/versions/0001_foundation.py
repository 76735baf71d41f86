"""Accounts, profiles, tenants, and the Airtable emulator's tables."""

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = """
SET LOCAL ROLE pyairtable_owner;

CREATE TABLE tenants.tenants (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE auth.users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL,
    password_hash text NOT NULL,
    first_name text,
    last_name text,
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX users_email ON auth.users (lower(email));
CREATE INDEX users_tenant ON auth.users (tenant_id);

CREATE TABLE auth.refresh_tokens (
    digest bytea PRIMARY KEY,
    family uuid NOT NULL,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
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
CREATE INDEX profiles_tenant ON users.profiles (tenant_id);

-- What a request may see is said by the transaction; without a tenant it sees nothing.
CREATE FUNCTION tenants.current_tenant() RETURNS uuid LANGUAGE sql STABLE AS
$$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;
GRANT USAGE ON SCHEMA tenants TO user_service;

ALTER TABLE users.profiles ENABLE ROW LEVEL SECURITY;
CREATE POLICY same_tenant ON users.profiles TO user_service
    USING (tenant_id = tenants.current_tenant())
    WITH CHECK (tenant_id = tenants.current_tenant());

CREATE FUNCTION auth.create_account(
    given_email text, given_hash text, given_first text, given_last text, given_tenant text
) RETURNS SETOF auth.users LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    made auth.users;
    tenant uuid;
BEGIN
    INSERT INTO tenants.tenants (name) VALUES (given_tenant) RETURNING id INTO tenant;
    INSERT INTO auth.users (email, password_hash, first_name, last_name, tenant_id)
        VALUES (given_email, given_hash, given_first, given_last, tenant) RETURNING * INTO made;
    INSERT INTO tenants.members (tenant_id, user_id, role) VALUES (tenant, made.id, 'owner');
    INSERT INTO users.profiles (user_id, email, first_name, last_name, tenant_id, role)
        VALUES (made.id, given_email, given_first, given_last, tenant, made.role);
    RETURN NEXT made;
END $$;
REVOKE ALL ON FUNCTION auth.create_account(text, text, text, text, text) FROM PUBLIC;

-- Removes a user of the caller's tenant, and the tenant when that was its last member.
CREATE FUNCTION users.delete_account(gone uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS $$
DECLARE
    tenant uuid;
BEGIN
    DELETE FROM auth.users WHERE id = gone AND tenant_id = tenants.current_tenant()
        RETURNING tenant_id INTO tenant;
    IF tenant IS NULL THEN
        RETURN false;
    END IF;
    DELETE FROM tenants.tenants t WHERE t.id = tenant
        AND NOT EXISTS (SELECT 1 FROM auth.users u WHERE u.tenant_id = tenant);
    RETURN true;
END $$;
REVOKE ALL ON FUNCTION users.delete_account(uuid) FROM PUBLIC;

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
CREATE TABLE emulator.records (
    id text PRIMARY KEY,
    table_id text NOT NULL REFERENCES emulator.tables (id) ON DELETE CASCADE,
    fields jsonb NOT NULL,
    created_time timestamptz NOT NULL DEFAULT now(),
    position bigserial NOT NULL
);
CREATE INDEX records_table ON emulator.records (table_id, position);

RESET ROLE
"""


def upgrade() -> None:
    """Run the statements."""
    op.get_bind().exec_driver_sql(_STATEMENTS)
