"""Stands in for Airtable where a stack has no token."""

from ..model import Phase, Service

AIRTABLE_EMULATOR = Service(
    name="airtable-emulator",
    summary="Speaks the part of Airtable's Web API that airtable-gateway uses.",
    port=8090,
    phase=Phase.CORE,
    image="airtable-emulator",
    postgres=True,
    secrets=("airtable-token",),
    stands_in_for="airtable-token",
)
