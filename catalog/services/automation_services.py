"""Files and workflows."""

from ..model import Phase, Service

AUTOMATION_SERVICES = Service(
    name="automation-services",
    summary="Files with extracted text, workflows on a durable job queue.",
    port=8006,
    phase=Phase.BUSINESS,
    image="automation-services",
    calls=("airtable-gateway", "llm-orchestrator"),
    postgres=True,
    egress=True,
    secrets=("api-key",),
    environment={
        "DEFAULT_WORKFLOW_TIMEOUT": "300",
        "MAX_WORKFLOW_RETRIES": "3",
        # With the 30 s that open requests may take, within the time that a stop is given.
        "WORKER_GRACE": "4",
    },
)
