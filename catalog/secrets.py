"""The shared secrets, with the strengths that the platform's specification asks for."""

from __future__ import annotations

from .model import Secret

API_KEY = Secret(name="api-key", random_bytes=48)
JWT_SECRET = Secret(name="jwt-secret", random_bytes=64)
POSTGRES_PASSWORD = Secret(name="postgres-password", random_bytes=32)
REDIS_PASSWORD = Secret(name="redis-password", random_bytes=32)
# Lets a request choose its slot; of the strength of the stores' passwords.
RELEASE_KEY = Secret(name="release-key", random_bytes=32)
AIRTABLE_TOKEN = Secret(name="airtable-token", config_key="airtableToken")
GEMINI_API_KEY = Secret(name="gemini-api-key", config_key="geminiApiKey")

SECRETS = {
    secret.name: secret
    for secret in (
        API_KEY,
        JWT_SECRET,
        POSTGRES_PASSWORD,
        REDIS_PASSWORD,
        RELEASE_KEY,
        AIRTABLE_TOKEN,
        GEMINI_API_KEY,
    )
}

# Those that can be changed while the platform serves. The stores' passwords stand for the
# logins of all services in them, too.
ROTATABLE = (API_KEY.name, JWT_SECRET.name, POSTGRES_PASSWORD.name, REDIS_PASSWORD.name)

# How long a token counts, with the leeway of clocks: auth-service gives them 15 minutes.
TOKEN_SECONDS = 15 * 60 + 5

# A service's own login in a store is as strong as the store's own password.
STORE_LOGIN_BYTES = 32


def characters(random_bytes: int) -> int:
    """Length of a url-safe text (64 letters, 6 bits each) that carries random_bytes of entropy."""
    return -(-random_bytes * 8 // 6)
