"""The bodies of API keys and of verification."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

MOST_SCOPES = 20
MOST_DAYS = 3650

Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$"),
]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:*-]{0,63}$")]


class NewKey(BaseModel):
    """A key to be made, which opens the public API as its user's access token does.

    scopes: what it may be used for: `read` (GET and HEAD), `write` (the other methods), or the
    same for one part of the API, as in `airtable:read`. Without any it opens nothing.
    Without expires_in_days it counts until it is revoked.
    """

    model_config = ConfigDict(extra="forbid")

    name: Name
    scopes: list[Scope] = Field(default_factory=list, max_length=MOST_SCOPES)
    expires_in_days: int | None = Field(None, ge=1, le=MOST_DAYS)


class Key(BaseModel):
    """A key as its user sees it later. prefix: its first characters.

    requests_today, requests_30d: with this key, on this day and on the last 30 days of UTC with
    this one; counted within two minutes.
    """

    id: UUID
    name: str
    prefix: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    requests_today: int = 0
    requests_30d: int = 0


class MadeKey(Key):
    """A key just made. key: shown this once."""

    key: str


class KeyList(BaseModel):
    """A user's keys, the newest first."""

    keys: list[Key]


class Presented(BaseModel):
    """What somebody has presented: an access token or an API key."""

    model_config = ConfigDict(extra="forbid")

    token: str = Field(min_length=1, max_length=8192)


class Verified(BaseModel):
    """For whom a token or key counts.

    scopes, key_id: of a key, None for a token. exp: its end in seconds since 1970, None without
    one.
    """

    valid: Literal[True] = True
    kind: Literal["jwt", "api_key"]
    user_id: UUID
    tenant_id: UUID
    role: str
    email: str
    scopes: list[str] | None = None
    key_id: UUID | None = None
    exp: int | None = None
