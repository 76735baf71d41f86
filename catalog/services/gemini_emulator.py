"""Stands in for Gemini where a stack has no key."""

from ..model import Phase, Service

GEMINI_EMULATOR = Service(
    name="gemini-emulator",
    summary="Speaks the generateContent wire format by deterministic rules.",
    port=8091,
    phase=Phase.CORE,
    image="gemini-emulator",
    secrets=("gemini-api-key",),
    stands_in_for="gemini-api-key",
)
