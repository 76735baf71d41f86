"""One file per service; this index holds them all, none left out."""

from .airtable_emulator import AIRTABLE_EMULATOR
from .airtable_gateway import AIRTABLE_GATEWAY
from .api_gateway import API_GATEWAY
from .auth_service import AUTH_SERVICE
from .automation_services import AUTOMATION_SERVICES
from .frontend import FRONTEND
from .gemini_emulator import GEMINI_EMULATOR
from .llm_orchestrator import LLM_ORCHESTRATOR
from .mcp_server import MCP_SERVER
from .platform_services import PLATFORM_SERVICES
from .tenant_service import TENANT_SERVICE
from .user_service import USER_SERVICE
from .workspace_service import WORKSPACE_SERVICE

SERVICES = {
    service.name: service
    for service in (
        AIRTABLE_GATEWAY,
        MCP_SERVER,
        LLM_ORCHESTRATOR,
        AUTH_SERVICE,
        USER_SERVICE,
        WORKSPACE_SERVICE,
        TENANT_SERVICE,
        PLATFORM_SERVICES,
        AUTOMATION_SERVICES,
        API_GATEWAY,
        FRONTEND,
        AIRTABLE_EMULATOR,
        GEMINI_EMULATOR,
    )
}
