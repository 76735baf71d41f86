"""The addresses of names, also while nobody tells them."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from api_gateway.names import LastKnown


async def test_a_name_that_nobody_tells_any_more_is_where_it_last_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = LastKnown()
    before = await resolver.resolve("localhost", 80)
    assert [each["host"] for each in before] == ["127.0.0.1"]

    def away(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", away)
    assert await resolver.resolve("localhost", 80) == before
    with pytest.raises(OSError, match="Temporary failure"):
        await resolver.resolve("never-found", 80)
