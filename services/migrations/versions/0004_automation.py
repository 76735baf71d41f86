"""Files, workflows and their executions, and the queue of jobs."""

from importlib.metadata import version

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0004"
down_revision = "0003"
programs_from = "0001"

# digest: SHA-256 of the bytes, None until all have come. job_id: the job that reads the text.
_FILES = """
CREATE TABLE automation.files (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 255),
    extension text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL DEFAULT 0 CHECK (size >= 0),
    digest text,
    status text NOT NULL DEFAULT 'uploading'
        CHECK (status IN ('uploading', 'pending', 'processing', 'done', 'failed')),
    reason text,
    text_truncated boolean NOT NULL DEFAULT false,
    job_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    processed_at timestamptz
);
CREATE INDEX files_tenant ON automation.files (tenant_id, created_at);
CREATE INDEX files_unfinished ON automation.files (status)
    WHERE status IN ('uploading', 'pending', 'processing');

CREATE TABLE automation.file_chunks (
    file_id uuid NOT NULL REFERENCES automation.files (id) ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    tenant_id uuid NOT NULL,
    data bytea NOT NULL CHECK (length(data) <= 262144),
    PRIMARY KEY (file_id, position)
);
ALTER TABLE automation.file_chunks ALTER COLUMN data SET STORAGE EXTERNAL;

CREATE TABLE automation.file_texts (
    file_id uuid PRIMARY KEY REFERENCES automation.files (id) ON DELETE CASCADE,
    tenant_id uuid NOT NULL,
    text text NOT NULL
);
"""

# hook_digest: SHA-256 of a webhook's token. next_tick: when a cron workflow runs next.
# definition: the workflow as it was when the execution was asked for. attempt: how often a
# worker took the execution up; only the newest may write. elapsed: seconds worked so far.
# seen_at: when it was last written to.
_WORKFLOWS = """
CREATE TABLE automation.workflows (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text,
    enabled boolean NOT NULL,
    trigger jsonb NOT NULL,
    steps jsonb NOT NULL,
    timeout_seconds integer,
    hook_digest bytea UNIQUE CHECK (length(hook_digest) = 32),
    next_tick timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX workflows_tenant ON automation.workflows (tenant_id, created_at);
CREATE INDEX workflows_due ON automation.workflows (next_tick) WHERE enabled;

CREATE TABLE automation.executions (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant_id uuid NOT NULL REFERENCES tenants.tenants (id) ON DELETE CASCADE,
    user_id uuid NOT NULL,
    workflow_id uuid NOT NULL REFERENCES automation.workflows (id) ON DELETE CASCADE,
    trigger text NOT NULL CHECK (trigger IN ('manual', 'cron', 'webhook')),
    tick timestamptz,
    input jsonb NOT NULL,
    definition jsonb NOT NULL,
    status text NOT NULL DEFAULT 'queued' CHECK (status IN
        ('queued', 'running', 'succeeded', 'failed', 'timed_out', 'cancelled')),
    error text,
    cancel_requested boolean NOT NULL DEFAULT false,
    attempt integer NOT NULL DEFAULT 0,
    elapsed double precision NOT NULL DEFAULT 0,
    job_id bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz,
    UNIQUE (workflow_id, tick)
);
CREATE INDEX executions_workflow ON automation.executions (workflow_id, created_at);
CREATE INDEX executions_tenant ON automation.executions (tenant_id, created_at);
CREATE INDEX executions_unfinished ON automation.executions (status)
    WHERE status IN ('queued', 'running');
CREATE INDEX executions_finished ON automation.executions (finished_at);

CREATE TABLE automation.step_runs (
    execution_id uuid NOT NULL REFERENCES automation.executions (id) ON DELETE CASCADE,
    position integer NOT NULL CHECK (position >= 0),
    tenant_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    status text NOT NULL CHECK (status IN ('running', 'succeeded', 'failed', 'skipped')),
    attempts integer NOT NULL DEFAULT 0,
    output jsonb,
    error text,
    started_at timestamptz,
    finished_at timestamptz,
    PRIMARY KEY (execution_id, position)
);
"""

_TABLES = ("files", "file_chunks", "file_texts", "workflows", "executions", "step_runs")

# The queue looks over all tenants for what is due, unfinished or old; what it finds it does as
# a tenant. Whoever presents a webhook's token may see its workflow.
_FOUND = """
CREATE POLICY found ON automation.files FOR SELECT USING (tenants.platform_admin());
CREATE POLICY found ON automation.workflows FOR SELECT USING (tenants.platform_admin());
CREATE POLICY found ON automation.executions FOR SELECT USING (tenants.platform_admin());

CREATE FUNCTION automation.presented_hook() RETURNS bytea LANGUAGE sql STABLE AS
$$ SELECT decode(nullif(current_setting('app.hook_digest', true), ''), 'hex') $$;
CREATE POLICY presented ON automation.workflows FOR SELECT
    USING (hook_digest = automation.presented_hook());
"""


def _secured(table: str) -> str:
    return (
        f"ALTER TABLE automation.{table} ENABLE ROW LEVEL SECURITY;"
        f"ALTER TABLE automation.{table} FORCE ROW LEVEL SECURITY;"
        f"CREATE POLICY same_tenant ON automation.{table}"
        " USING (tenant_id = tenants.current_tenant());"
    )


def _queue() -> str:
    """Return the library's own schema, and which version of it this is.

    Its statements name no schema. A later revision that brings the tables to a newer version
    of the library reads in the comment from which one.
    """
    schema: str = SchemaManager.get_schema()
    return (
        f"SET LOCAL search_path = automation; {schema.replace('%', '%%')}\n"
        "COMMENT ON TABLE automation.procrastinate_jobs IS"
        f" 'procrastinate {version('procrastinate')}'; SET LOCAL search_path = DEFAULT;"
    )


def upgrade() -> None:
    """Make the tables, their row-level security, and the queue."""
    secured = "".join(_secured(table) for table in _TABLES)
    for statements in (_FILES, _WORKFLOWS, secured, _FOUND, _queue()):
        op.get_bind().exec_driver_sql(statements)
