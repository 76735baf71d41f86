"""Why a chat cannot be, as callers see it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pyairtable_shared.errors import ApiError
from pyairtable_shared.logs import logger
from redis.exceptions import RedisError

BUSY_SECONDS = 30


def not_configured() -> ApiError:
    """There is no key for the model."""
    return ApiError(
        503,
        "llm_not_configured",
        "This stack has no Gemini key. Set the stack's gemini-api-key secret and deploy.",
    )


def key_refused() -> ApiError:
    """The model's host does not take the key."""
    return ApiError(
        502,
        "llm_key_rejected",
        "Gemini does not accept this stack's key. Set a valid gemini-api-key secret.",
    )


def unavailable(seconds: float) -> ApiError:
    """The model does not answer."""
    after = str(max(round(seconds), 1))
    return ApiError(
        503,
        "llm_unavailable",
        f"The model cannot be reached at the moment. Try again in {after} s.",
        {"Retry-After": after},
    )


def busy() -> ApiError:
    """The model's host asks for patience: it is there, and this stack has used up its share."""
    return ApiError(
        503,
        "llm_busy",
        f"The model's host takes no more requests now. Try again in {BUSY_SECONDS} s.",
        {"Retry-After": str(BUSY_SECONDS)},
    )


def refused(message: str) -> ApiError:
    """The model's host does not take the request."""
    return ApiError(502, "llm_request_refused", f"The model refused the request: {message}")


def blocked(reason: str) -> ApiError:
    """The model gave no answer, for a reason of its own."""
    return ApiError(422, "llm_blocked", f"The model gives no answer to this ({reason}).")


def too_long(seconds: float) -> ApiError:
    """The chat took too long."""
    return ApiError(504, "llm_timeout", f"The assistant found no answer within {seconds:.0f} s.")


def tools_unavailable() -> ApiError:
    """The MCP server does not answer."""
    return ApiError(
        503,
        "tools_unavailable",
        "The assistant's tools cannot be reached at the moment. Try again.",
        {"Retry-After": "5"},
    )


def budget_exceeded(limit: int, seconds: int) -> ApiError:
    """The tenant has used the day's tokens. seconds: until the next day."""
    return ApiError(
        429,
        "budget_exceeded",
        f"The {limit} tokens of this day are used up. They come back at midnight, UTC.",
        {"Retry-After": str(seconds)},
    )


def no_session() -> ApiError:
    """There is no such session, or it is another's."""
    return ApiError(404, "session_not_found", "There is no such session, or it has expired.")


@contextmanager
def store() -> Iterator[None]:
    """Tell callers when Redis is away: it holds sessions and budgets."""
    try:
        yield
    except RedisError as error:
        logger().warning("store unavailable", error=type(error).__name__)
        raise ApiError(
            503, "store_unavailable", "Try again in a moment.", {"Retry-After": "5"}
        ) from error
