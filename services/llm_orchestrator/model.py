"""Requests to Gemini: retries before the first token, a breaker, and what they used."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

import aiohttp
import httpx2
from google import genai
from google.genai import errors, types
from prometheus_client import Counter
from pyairtable_shared.breaker import Breaker, State
from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger

from . import failures
from .domain.usage import Usage
from .settings import Settings

REQUESTS = Counter("llm_requests_total", "Requests to the model.", ["model"])
FAILED = Counter("llm_requests_failed_total", "Requests that failed.", ["model", "code"])
TOKENS = Counter("llm_tokens_used_total", "Tokens that were used.", ["model", "kind"])

_AWAY = (
    aiohttp.ClientError,
    httpx2.HTTPError,
    TimeoutError,
    OSError,
    errors.ServerError,
    errors.UnknownApiResponseError,
)
_BUSY = (408, 429)
"""The model's host asks for patience: no fault of the request, and it is not away."""

LONGEST_PAUSE = 5.0
"""Seconds between two attempts at most."""


class Model:
    """The model of this stack."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._breaker = Breaker(settings.breaker_failures, settings.breaker_pause, time.monotonic)
        self._client: genai.Client | None = None
        self._key = ""
        # It logs answers of the model's host that it tries again, with their text.
        logging.getLogger("google_genai").setLevel(logging.WARNING)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._close()

    async def check(self) -> None:
        """Raise ApiError when there is no key, or when the model has not answered of late.

        The model itself is not asked: that would cost money.
        """
        if not self._settings.gemini_api_key:
            raise failures.not_configured()
        if self._breaker.state is State.OPEN:
            raise failures.unavailable(self._breaker.retry_after())

    def ready(self) -> None:
        """Raise ApiError 503 when asking makes no sense now."""
        if not self._settings.gemini_api_key:
            raise failures.not_configured()
        if self._breaker.state is State.OPEN and self._breaker.retry_after() > 0:
            raise failures.unavailable(self._breaker.retry_after())

    async def stream(
        self,
        contents: Sequence[types.Content],
        config: types.GenerateContentConfig,
        usage: Usage,
    ) -> AsyncGenerator[types.GenerateContentResponse, None]:
        """Give the parts of an answer. usage: gets what was used, also when the answer breaks off.

        Raises ApiError: 503 when the model is away, 502 when it refuses the request.
        """
        name = self._settings.default_model
        client = await self._current()
        if not self._breaker.allow():
            raise failures.unavailable(self._breaker.retry_after())
        REQUESTS.labels(name).inc()
        latest: types.GenerateContentResponseUsageMetadata | None = None
        try:
            parts = await client.aio.models.generate_content_stream(
                model=name, contents=list(contents), config=config
            )
            async with _closing(parts):
                async for part in parts:
                    latest = part.usage_metadata or latest
                    yield part
        except (errors.APIError, *_AWAY) as error:
            raise self._failed(error) from error
        except BaseException:
            # The chat was given up from outside; that says nothing about the model.
            self._breaker.abandoned()
            raise
        else:
            self._breaker.succeeded()
        finally:
            _count(name, latest, usage)

    def _failed(self, error: Exception) -> ApiError:
        failure = self._meaning(error)
        FAILED.labels(self._settings.default_model, failure.code).inc()
        logger().warning(
            "model request failed",
            error=type(error).__name__,
            status=getattr(error, "code", None),
            code=failure.code,
        )
        return failure

    def _meaning(self, error: Exception) -> ApiError:
        if isinstance(error, errors.APIError) and not _away(error):
            # It answered: it is there.
            self._breaker.succeeded()
            if error.code in _BUSY:
                return failures.busy()
            if error.code in (401, 403) or "API_KEY_INVALID" in str(error.details):
                return failures.key_refused()
            return failures.refused(error.message or error.status or str(error.code))
        self._breaker.failed()
        return failures.unavailable(self._breaker.retry_after())

    async def _current(self) -> genai.Client:
        key = self._settings.gemini_api_key
        if not key:
            raise failures.not_configured()
        if self._client is None or key != self._key:
            # Chats that run still use the client before; it goes with the last of them.
            self._client, self._key = self._made(key), key
        return self._client

    def _made(self, key: str) -> genai.Client:
        settings = self._settings
        options = types.HttpOptions(
            base_url=settings.gemini_api_url,
            timeout=round(settings.llm_timeout * 1000),
            retry_options=types.HttpRetryOptions(
                attempts=settings.llm_retries + 1,
                initial_delay=settings.llm_retry_seconds,
                max_delay=LONGEST_PAUSE,
                jitter=settings.llm_retry_seconds,
            ),
        )
        return genai.Client(enterprise=False, api_key=key, http_options=options)

    async def _close(self) -> None:
        if self._client is not None:
            await self._client.aio.aclose()
            self._client.close()


@asynccontextmanager
async def _closing(parts: AsyncIterator[types.GenerateContentResponse]) -> AsyncIterator[None]:
    try:
        yield
    finally:
        if isinstance(parts, AsyncGenerator):
            await parts.aclose()


def _away(error: errors.APIError) -> bool:
    return error.code >= 500


def _count(
    name: str, latest: types.GenerateContentResponseUsageMetadata | None, usage: Usage
) -> None:
    if latest is None:
        return
    used = Usage(
        # Tools that run at Google count apart; ours do not.
        input_tokens=latest.prompt_token_count or 0,
        output_tokens=latest.candidates_token_count or 0,
        thinking_tokens=latest.thoughts_token_count or 0,
    )
    usage.add(used)
    TOKENS.labels(name, "input").inc(used.input_tokens)
    TOKENS.labels(name, "output").inc(used.output_tokens)
    TOKENS.labels(name, "thinking").inc(used.thinking_tokens)
