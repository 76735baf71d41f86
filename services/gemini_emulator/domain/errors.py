"""Google's error answers."""

from __future__ import annotations

from typing import Any

_DOMAIN = "googleapis.com"


class GoogleError(Exception):
    """An answer with an error status. status: HTTP's number; kind: its name at Google."""

    def __init__(
        self, status: int, kind: str, message: str, details: list[dict[str, Any]] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.kind, self.message = status, kind, message
        self.details = details

    @property
    def body(self) -> dict[str, Any]:
        """What is sent."""
        error: dict[str, Any] = {
            "code": self.status,
            "message": self.message,
            "status": self.kind,
        }
        if self.details:
            error["details"] = self.details
        return {"error": error}


def invalid(message: str) -> GoogleError:
    """A body or parameter that does not fit."""
    return GoogleError(400, "INVALID_ARGUMENT", message)


def key_missing() -> GoogleError:
    """A request without a key."""
    message = (
        "Method doesn't allow unregistered callers (callers without established identity). "
        "Please use API Key or other form of API consumer identity to call this API."
    )
    return GoogleError(403, "PERMISSION_DENIED", message)


def key_refused() -> GoogleError:
    """A request with another key."""
    reason = {
        "@type": f"type.{_DOMAIN}/google.rpc.ErrorInfo",
        "reason": "API_KEY_INVALID",
        "domain": _DOMAIN,
        "metadata": {"service": f"generativelanguage.{_DOMAIN}"},
    }
    message = "API key not valid. Please pass a valid API key."
    return GoogleError(400, "INVALID_ARGUMENT", message, [reason])


def model_missing(name: str, method: str) -> GoogleError:
    """A model that there is not."""
    message = (
        f"models/{name} is not found for API version v1beta, or is not supported for {method}. "
        "Call ListModels to see the list of available models and their supported methods."
    )
    return GoogleError(404, "NOT_FOUND", message)


def not_found() -> GoogleError:
    """An address that leads nowhere."""
    return GoogleError(404, "NOT_FOUND", "Requested entity was not found.")
