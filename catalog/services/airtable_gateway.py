"""The platform's way to Airtable."""

from ..model import Limits, Phase, Service

AIRTABLE_GATEWAY = Service(
    name="airtable-gateway",
    summary="Airtable's Web API with rate limits, retries and a cache.",
    port=8002,
    phase=Phase.CORE,
    image="airtable-gateway",
    limits=Limits(cpus=0.5, memory_mib=512),
    redis=True,
    egress=True,
    secrets=("api-key", "airtable-token"),
    answer_seconds=690,
)
