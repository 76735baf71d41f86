"""The assistant: a user's message, the session it belongs to, and the chat that answers it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from pyairtable_shared.service_auth import Caller
from pyairtable_shared.usage import UsageLog

from . import failures
from .budget import Budget
from .chat import Chat, Outcome
from .domain.bodies import ChatAnswer, ChatMessage, ChatRequest, Session, ToolInfo, UsageAnswer
from .domain.events import Event
from .domain.usage import Prices
from .model import Model
from .settings import Settings
from .storage import Sessions
from .toolbox import Toolbox

CHAT = "llm.chat"
"""What the reports name a chat; its value is the tokens."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message that may be answered."""

    caller: Caller
    request: ChatRequest
    session: Session | None


class Assistant:
    """Answers users."""

    def __init__(
        self,
        settings: Settings,
        model: Model,
        toolbox: Toolbox,
        sessions: Sessions,
        budget: Budget,
        usage: UsageLog,
    ) -> None:
        self._settings, self._model, self._toolbox = settings, model, toolbox
        self._sessions, self._budget, self._usage = sessions, budget, usage
        self._prices = Prices(settings.llm_input_price, settings.llm_output_price)

    async def prepare(self, caller: Caller, request: ChatRequest) -> Prepared:
        """Find out whether a message can be answered, before anything is sent to the user.

        Raises ApiError: 503 when the model or the store is away, 429 when the tenant's tokens
        are used up, 404 when there is no such session.
        """
        self._model.ready()
        await self._budget.check(caller.tenant_id)
        session = None
        if request.session_id is not None:
            session = await self._sessions.find(caller, request.session_id)
        return Prepared(caller, request, session)

    async def events(self, prepared: Prepared) -> AsyncGenerator[Event | ChatAnswer, None]:
        """Give what happens, and the whole answer at the end. Raises ApiError when there is none.

        It must be used up, or closed, in the task that began it.
        """
        caller, request, session = prepared.caller, prepared.request, prepared.session
        base_id = request.base_id or (session.base_id if session else None)
        asked, outcome = datetime.now(UTC), Outcome()
        seconds = self._settings.llm_chat_seconds
        try:
            async with asyncio.timeout(seconds), self._toolbox.open(caller) as tools:
                chat = Chat(
                    model=self._model,
                    tools=tools,
                    base_id=base_id,
                    thinking=self._thinking(request),
                    before=lambda: self._budget.check(caller.tenant_id),
                    after=lambda tokens: self._budget.spend(caller.tenant_id, tokens),
                )
                history = session.messages if session else []
                async with aclosing(chat.run(history, request.message, outcome)) as running:
                    async for event in running:
                        yield event
        except TimeoutError:
            raise failures.too_long(seconds) from None
        finally:
            # What was used counts, whatever came of it.
            await self._note(caller, outcome)
        said = [
            ChatMessage(role="user", text=request.message, at=asked),
            ChatMessage(
                role="assistant",
                text=outcome.response,
                at=datetime.now(UTC),
                tools_used=outcome.tools_used,
            ),
        ]
        session_id = await self._sessions.keep(caller, session, request.base_id, said)
        yield self._answer(session_id, outcome)

    async def tools(self, caller: Caller) -> list[ToolInfo]:
        """Return the tools that may be called."""
        async with self._toolbox.open(caller) as tools:
            return await tools.listed()

    async def _note(self, caller: Caller, outcome: Outcome) -> None:
        used = outcome.usage
        if used.total:
            told = {
                "model": self._settings.default_model,
                "input_tokens": used.input_tokens,
                "output_tokens": used.output_tokens,
                "thinking_tokens": used.thinking_tokens,
                "tools": len(outcome.tools_used),
            }
            cost = used.cost(self._prices)
            await self._usage.note(
                caller.tenant_id,
                caller.user_id,
                CHAT,
                value=used.total,
                cost_usd=cost,
                properties=told,
            )

    def _thinking(self, request: ChatRequest) -> int | None:
        """The tokens of thinking to ask for, None when the model may choose."""
        bound, most = self._settings.thinking_budget, self._settings.model_thinking
        if request.thinking_budget is None:
            return bound if bound < most else None
        return min(request.thinking_budget, bound, most)

    def _answer(self, session_id: UUID, outcome: Outcome) -> ChatAnswer:
        usage = outcome.usage
        return ChatAnswer(
            response=outcome.response,
            session_id=session_id,
            tools_used=outcome.tools_used,
            usage=UsageAnswer(
                input_tokens=usage.input_tokens,
                output_tokens=usage.output_tokens,
                thinking_tokens=usage.thinking_tokens,
                cost_usd=usage.cost(self._prices),
            ),
        )
