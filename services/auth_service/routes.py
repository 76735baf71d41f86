"""The routes of auth-service."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header
from pyairtable_shared.service_auth import require_service
from pyairtable_shared.tokens import bearer
from pydantic import BaseModel, EmailStr, Field, StringConstraints

from .accounts import Accounts
from .settings import Settings

Authorization = Annotated[str | None, Header()]
Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]


class Registration(BaseModel):
    """A new account."""

    email: EmailStr
    password: str = Field(max_length=1024)
    first_name: Name | None = None
    last_name: Name | None = None
    tenant_name: Name | None = None


class Credentials(BaseModel):
    """E-mail and password."""

    email: EmailStr
    password: str = Field(max_length=1024)


class RefreshToken(BaseModel):
    """A refresh token."""

    refresh_token: str = Field(max_length=256)


class User(BaseModel):
    """An account."""

    id: UUID
    email: str
    first_name: str | None
    last_name: str | None
    role: str
    tenant_id: UUID
    created_at: datetime


class Tokens(BaseModel):
    """Tokens of a signed-in user; expires_in: seconds."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class Validation(BaseModel):
    """What a valid token says."""

    valid: bool
    user_id: UUID
    email: str
    role: str
    tenant_id: UUID
    exp: int


def router(settings: Settings, accounts: Accounts) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(
        prefix="/auth", tags=["auth"], dependencies=[Depends(require_service(settings))]
    )

    @routes.post("/register", status_code=201, response_model=User)
    async def register(body: Registration) -> Any:
        """Create an account with a tenant of its own."""
        return await accounts.register(
            body.email, body.password, body.first_name, body.last_name, body.tenant_name
        )

    @routes.post("/login", response_model=Tokens)
    async def login(body: Credentials) -> Any:
        """Sign in."""
        return await accounts.login(body.email, body.password)

    @routes.post("/refresh", response_model=Tokens)
    async def refresh(body: RefreshToken) -> Any:
        """Exchange a refresh token, which is used up, for new tokens."""
        return await accounts.refresh(body.refresh_token)

    @routes.post("/logout", status_code=204)
    async def logout(authorization: Authorization = None) -> None:
        """Sign out everywhere."""
        await accounts.logout(bearer(authorization))

    @routes.post("/validate", response_model=Validation)
    async def validate(authorization: Authorization = None) -> Any:
        """Say whether a token counts, and for whom."""
        claims = await accounts.validate(bearer(authorization))
        return Validation(
            valid=True,
            user_id=UUID(claims.sub),
            email=claims.email,
            role=claims.role,
            tenant_id=UUID(claims.tenant_id),
            exp=claims.exp,
        )

    return routes
