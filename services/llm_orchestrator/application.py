"""The service's application, put together."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from pyairtable_shared.app import create_app
from pyairtable_shared.cache import Cache
from pyairtable_shared.repeating import Repeating
from pyairtable_shared.service_auth import require_service
from pyairtable_shared.usage import FLUSH_SECONDS, UsageLog

from .assistant import Assistant
from .budget import Budget
from .model import Model
from .routes import chat_router, sessions_router
from .settings import Settings
from .storage import Sessions
from .toolbox import Toolbox

SERVICE = "llm-orchestrator"


def application(settings: Settings) -> FastAPI:
    """The application for these settings."""
    redis = Cache(SERVICE, settings)
    model, toolbox = Model(settings), Toolbox(settings)
    sessions = Sessions(redis, settings.session_seconds)
    budget = Budget(redis, settings.llm_daily_tokens)
    usage = UsageLog(redis)
    assistant = Assistant(settings, model, toolbox, sessions, budget, usage)
    guarded = APIRouter(dependencies=[Depends(require_service(settings))])
    guarded.include_router(chat_router(assistant))
    guarded.include_router(sessions_router(sessions))
    return create_app(
        SERVICE,
        settings,
        routers=[guarded],
        checks={"redis": redis.check},
        useful={"mcp-server": toolbox.check, "gemini": model.check},
        resources=[
            redis,
            model,
            toolbox,
            Repeating("usage", FLUSH_SECONDS, usage.flush, once_more=True),
        ],
    )
