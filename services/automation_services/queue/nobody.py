"""For whom the service looks over all tenants."""

from __future__ import annotations

from uuid import UUID

from pyairtable_shared.service_auth import Caller

NOBODY = Caller(user_id=UUID(int=0), tenant_id=UUID(int=0), role="admin")
