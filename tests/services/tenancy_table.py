"""The table of the isolation test: all that is asked, and what is left out, with the reason.

To bring another route in, add its operation to the function of its service. A route that is in
neither OPERATIONS nor EXEMPT fails the test.
"""

from __future__ import annotations

from .tenancy_analytics import analytics, keys
from .tenancy_automation import assistant, files, workflows
from .tenancy_identity import ACCOUNTS, accounts, tenants, users
from .tenancy_workspaces import workspaces

OPERATIONS = (
    *accounts(),
    *users(),
    *tenants(),
    *workspaces(),
    *keys(),
    *analytics(),
    *files(),
    *workflows(),
    *assistant(),
)
SERVICES = tuple(dict.fromkeys(each.service for each in OPERATIONS))

# Services that keep nothing of tenants, and single routes (service, method, path).
EXEMPT: dict[str | tuple[str, str, str], str] = {
    "api-gateway": "passes requests on; what it answers itself has nothing of tenants",
    "frontend": "pages; it keeps nothing, and asks for all through the gateway",
    "airtable-gateway": "Airtable's bases, which the stack's one token opens for all tenants",
    "mcp-server": "tools for the same bases",
    "airtable-emulator": "stands for the outside",
    "gemini-emulator": "stands for the outside",
    (ACCOUNTS, "POST", "/auth/register"): "public: whoever asks has no tenant yet",
    (ACCOUNTS, "POST", "/auth/login"): "public: who knows the password is the user",
}
