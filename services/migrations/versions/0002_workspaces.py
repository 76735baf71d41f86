"""Plans, quotas, suspension and invitations of tenants; workspaces with their audit log."""

from alembic import op

revision = "0002"
down_revision = "0001"
programs_from = "0001"

_TENANTS = """
-- What each plan allows; NULL is no limit.
CREATE TABLE tenants.plans (
    name text PRIMARY KEY,
    workspaces integer CHECK (workspaces >= 0),
    members integer CHECK (members >= 0),
    airtable_calls_per_day integer CHECK (airtable_calls_per_day >= 0)
);
INSERT INTO tenants.plans VALUES
    ('free', 10, 5, 10000), ('team', 100, 50, 100000), ('business', NULL, NULL, NULL);

ALTER TABLE tenants.tenants
    ADD COLUMN plan text NOT NULL DEFAULT 'free' REFERENCES tenants.plans (name),
    ADD COLUMN suspended_at timestamptz,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
CREATE INDEX tenants_suspended ON tenants.tenants (suspended_at) WHERE suspended_at IS NOT NULL;

-- digest: SHA-256 of the token, which is shown once.
CREATE TABLE tenants.invitations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    email text NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    digest bytea NOT NULL UNIQUE,
    created_by uuid REFERENCES auth.users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX invitations_email ON tenants.invitations (tenant_id, lower(email));

ALTER TABLE tenants.invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants.invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY same_tenant ON tenants.invitations
    USING (tenant_id = tenants.current_tenant() OR tenants.platform_admin())
    WITH CHECK (tenant_id = tenants.current_tenant() OR tenants.platform_admin());

-- A tenant's limit of one kind, NULL when there is none. Locks the tenant, so that what is
-- counted against the limit does not grow meanwhile.
CREATE FUNCTION tenants.lock_quota(kind text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    plan text;
BEGIN
    SELECT t.plan INTO plan FROM tenants.tenants t
        WHERE t.id = tenants.current_tenant() FOR NO KEY UPDATE;
    RETURN (SELECT CASE kind
        WHEN 'workspaces' THEN p.workspaces
        WHEN 'members' THEN p.members
        WHEN 'airtable_calls_per_day' THEN p.airtable_calls_per_day
    END FROM tenants.plans p WHERE p.name = plan);
END $$;

-- Whether nothing was made in the acting tenant yet.
CREATE FUNCTION tenants.is_empty() RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    each text;
    found_one boolean;
BEGIN
    FOREACH each IN ARRAY
        ARRAY['workspaces.workspaces', 'automation.files', 'automation.workflows'] LOOP
        IF to_regclass(each) IS NOT NULL THEN
            EXECUTE 'SELECT EXISTS (SELECT FROM ' || each || ' WHERE tenant_id = $1)'
                INTO found_one USING tenants.current_tenant();
            IF found_one THEN
                RETURN false;
            END IF;
        END IF;
    END LOOP;
    RETURN true;
END $$;

-- A user is in another tenant from now on. Returns the ids of the access tokens that still name
-- the former one; a refresh token gives tokens of the new one.
CREATE FUNCTION tenants.move_user(moved uuid, target uuid, target_role text) RETURNS text[]
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM tenants.members m WHERE m.user_id = moved;
    INSERT INTO tenants.members (tenant_id, user_id, role) VALUES (target, moved, target_role);
    UPDATE auth.users u SET tenant_id = target WHERE u.id = moved;
    UPDATE users.profiles p SET tenant_id = target WHERE p.user_id = moved;
    RETURN ARRAY(SELECT r.jti FROM auth.refresh_tokens r
        WHERE r.user_id = moved AND r.created_at > now() - interval '20 minutes');
END $$;

-- The acting user joins the tenant whose invitation has this digest. A tenant in which nobody
-- and nothing is left goes. outcome: not_found, expired, other_email, already_member,
-- last_owner, quota_exceeded, or the id of the tenant that was joined. jtis: of move_user.
CREATE FUNCTION tenants.join_tenant(token_digest bytea, OUT outcome text, OUT jtis text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    guest uuid := tenants.acting_user();
    own text;
    former uuid;
    wanted tenants.invitations;
    most integer;
BEGIN
    SELECT u.email, u.tenant_id INTO own, former FROM auth.users u WHERE u.id = guest;
    SELECT * INTO wanted FROM tenants.invitations i WHERE i.digest = token_digest;
    -- In the order of their ids, so that two who cross do not wait for each other.
    PERFORM FROM tenants.tenants t WHERE t.id IN (former, wanted.tenant_id)
        ORDER BY t.id FOR UPDATE;
    -- What was seen before the wait may have gone meanwhile.
    PERFORM FROM auth.users u WHERE u.id = guest AND u.tenant_id = former FOR UPDATE;
    IF FOUND THEN
        PERFORM FROM tenants.invitations i WHERE i.id = wanted.id FOR UPDATE;
    END IF;
    IF NOT FOUND THEN
        outcome := 'not_found';
        RETURN;
    ELSIF wanted.expires_at < now() THEN
        outcome := 'expired';
        RETURN;
    ELSIF lower(wanted.email) <> lower(own) THEN
        outcome := 'other_email';
        RETURN;
    ELSIF wanted.tenant_id = former THEN
        outcome := 'already_member';
        RETURN;
    ELSIF tenants.is_last_owner(former, guest) AND EXISTS (
        SELECT FROM tenants.members m WHERE m.tenant_id = former AND m.user_id <> guest) THEN
        outcome := 'last_owner';
        RETURN;
    END IF;
    SELECT p.members INTO most FROM tenants.tenants t JOIN tenants.plans p ON p.name = t.plan
        WHERE t.id = wanted.tenant_id;
    IF (SELECT count(*) FROM tenants.members m WHERE m.tenant_id = wanted.tenant_id) >= most THEN
        outcome := 'quota_exceeded';
        RETURN;
    END IF;
    DELETE FROM tenants.invitations i WHERE i.id = wanted.id;
    jtis := tenants.move_user(guest, wanted.tenant_id, wanted.role);
    outcome := wanted.tenant_id::text;
    PERFORM set_config('app.tenant_id', former::text, true);
    DELETE FROM tenants.tenants t WHERE t.id = former AND tenants.is_empty()
        AND NOT EXISTS (SELECT FROM auth.users u WHERE u.tenant_id = former);
END $$;

CREATE FUNCTION tenants.is_last_owner(tenant uuid, who uuid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT array_agg(m.user_id) = ARRAY[who] FROM tenants.members m
    WHERE m.tenant_id = tenant AND m.role = 'owner'
$$;

-- Takes a member out of the acting tenant and gives them an empty one of their own, as
-- everybody has a tenant. outcome: removed, not_found or last_owner. jtis: of move_user.
CREATE FUNCTION tenants.leave_tenant(gone uuid, OUT outcome text, OUT jtis text[])
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := tenants.current_tenant();
    fresh uuid := gen_random_uuid();
BEGIN
    PERFORM FROM tenants.tenants t WHERE t.id = tenant FOR UPDATE;
    IF NOT EXISTS (SELECT FROM tenants.members m WHERE m.tenant_id = tenant AND m.user_id = gone)
    THEN
        outcome := 'not_found';
    ELSIF tenants.is_last_owner(tenant, gone) THEN
        outcome := 'last_owner';
    ELSE
        INSERT INTO tenants.tenants (id, name)
            SELECT fresh, left(u.email, 200) FROM auth.users u WHERE u.id = gone;
        jtis := tenants.move_user(gone, fresh, 'owner');
        outcome := 'removed';
    END IF;
END $$;

-- Removes a tenant with its users and all that is theirs. Returns deleted or not_found.
CREATE FUNCTION tenants.drop_tenant(gone uuid) RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    DELETE FROM auth.users u WHERE u.tenant_id = gone;
    DELETE FROM tenants.tenants t WHERE t.id = gone;
    RETURN CASE WHEN FOUND THEN 'deleted' ELSE 'not_found' END;
END $$;

-- What crosses the border of a tenant, with the rows of all tenants seen for just so long.
CREATE FUNCTION tenants.accept_invitation(token_digest bytea, OUT outcome text, OUT jtis text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := current_setting('app.platform_admin', true);
    tenant text := current_setting('app.tenant_id', true);
BEGIN
    PERFORM set_config('app.platform_admin', 'on', true);
    SELECT * INTO outcome, jtis FROM tenants.join_tenant(token_digest);
    PERFORM set_config('app.platform_admin', coalesce(before, ''), true),
        set_config('app.tenant_id', coalesce(tenant, ''), true);
END $$;

CREATE FUNCTION tenants.remove_member(gone uuid, OUT outcome text, OUT jtis text[])
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := current_setting('app.platform_admin', true);
BEGIN
    PERFORM set_config('app.platform_admin', 'on', true);
    SELECT * INTO outcome, jtis FROM tenants.leave_tenant(gone);
    PERFORM set_config('app.platform_admin', coalesce(before, ''), true);
END $$;

CREATE FUNCTION tenants.delete_tenant(gone uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    before text := current_setting('app.platform_admin', true);
    outcome text;
BEGIN
    IF gone IS DISTINCT FROM tenants.current_tenant() AND NOT tenants.platform_admin() THEN
        RETURN 'not_found';
    END IF;
    PERFORM set_config('app.platform_admin', 'on', true);
    outcome := tenants.drop_tenant(gone);
    PERFORM set_config('app.platform_admin', coalesce(before, ''), true);
    RETURN outcome;
END $$;
"""

_WORKSPACES = """
CREATE TABLE workspaces.workspaces (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text,
    created_by uuid REFERENCES auth.users (id) ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, tenant_id)
);
CREATE INDEX workspaces_tenant ON workspaces.workspaces (tenant_id, name, id);

-- Whoever leaves the tenant leaves its workspaces.
CREATE TABLE workspaces.members (
    workspace_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role text NOT NULL CHECK (role IN ('owner', 'editor', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workspace_id, user_id),
    FOREIGN KEY (workspace_id, tenant_id)
        REFERENCES workspaces.workspaces (id, tenant_id) ON DELETE CASCADE,
    FOREIGN KEY (tenant_id, user_id)
        REFERENCES tenants.members (tenant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX members_user ON workspaces.members (tenant_id, user_id);

CREATE TABLE workspaces.projects (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (id, tenant_id),
    FOREIGN KEY (workspace_id, tenant_id)
        REFERENCES workspaces.workspaces (id, tenant_id) ON DELETE CASCADE
);
CREATE INDEX projects_workspace ON workspaces.projects (workspace_id, name, id);

CREATE TABLE workspaces.bases (
    project_id uuid NOT NULL,
    tenant_id uuid NOT NULL,
    base_id text NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (project_id, base_id),
    FOREIGN KEY (project_id, tenant_id)
        REFERENCES workspaces.projects (id, tenant_id) ON DELETE CASCADE
);

-- Of every write: who, what, before and after. Stays when the workspace goes.
CREATE TABLE workspaces.audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    workspace_id uuid NOT NULL,
    user_id uuid NOT NULL,
    action text NOT NULL,
    entity text NOT NULL,
    entity_id text NOT NULL,
    before jsonb,
    after jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_workspace ON workspaces.audit (workspace_id, id DESC);
"""


def upgrade() -> None:
    """Make the tables and their row-level security."""
    run = op.get_bind().exec_driver_sql
    run(_TENANTS)
    run(_WORKSPACES)
    for table in ("workspaces", "members", "projects", "bases", "audit"):
        run(f"ALTER TABLE workspaces.{table} ENABLE ROW LEVEL SECURITY")
        run(f"ALTER TABLE workspaces.{table} FORCE ROW LEVEL SECURITY")
        run(
            f"CREATE POLICY same_tenant ON workspaces.{table}"
            " USING (tenant_id = tenants.current_tenant())"
            " WITH CHECK (tenant_id = tenants.current_tenant())"
        )
