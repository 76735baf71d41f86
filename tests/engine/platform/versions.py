"""Versions of a service, good and bad: its present image with one more file."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping

import docker

# Python runs it before everything else; the folder of our code is on its path.
_PLACE = "/app/sitecustomize.py"
_AROUND = """
import random
from starlette.responses import JSONResponse
from pyairtable_shared import middleware
answer = middleware.Observed.__call__
async def around(self, scope, receive, send):
    if scope["type"] != "http" or scope["path"] in ("/health", "/ready", "/metrics"):
        return await answer(self, scope, receive, send)
{body}
    return await answer(self, scope, receive, send)
middleware.Observed.__call__ = around
"""


def _around(body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return _AROUND.format(body=lines)


BAD: Mapping[str, str] = {
    "exits at once": "import os; os._exit(3)",
    "never healthy": "import time; time.sleep(3600)",
    "fails 20 % of requests": _around(
        """
if random.random() < 0.2:
    return await JSONResponse({"error": {"code": "bad"}}, 500)(scope, receive, send)
"""
    ),
    "slow": _around(
        """
import asyncio
await asyncio.sleep(3)
"""
    ),
    "wrong answers": _around(
        """
if scope["path"] == "/auth/login":
    return await JSONResponse({"token": "none"}, 200)(scope, receive, send)
"""
    ),
}


def version(image: str, name: str, code: str = "") -> str:
    """Build a version of an image with code that runs first; return its reference."""
    reference = f"pyairtable-test/{name}"
    files = {
        "Dockerfile": f"FROM {image}\nCOPY first.py {_PLACE}\n",
        "first.py": f"# {name}\n{code}\n",
    }
    context = io.BytesIO()
    with tarfile.open(fileobj=context, mode="w") as archive:
        for path, text in files.items():
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(text), 0o644
            archive.addfile(entry, io.BytesIO(text.encode()))
    context.seek(0)
    docker.from_env().images.build(fileobj=context, custom_context=True, tag=reference, rm=True)
    return reference


def base(image: str, name: str) -> str:
    """Keep an image as the base of versions when retention no longer does; return its reference."""
    reference = f"pyairtable-test/{name}"
    docker.from_env().images.get(image).tag(reference)
    return reference


def remove_versions() -> None:
    """Remove all of them but those that a container uses."""
    client = docker.from_env()
    used = {each.attrs["Image"] for each in client.containers.list(all=True, ignore_removed=True)}
    for image in client.images.list(filters={"reference": "pyairtable-test/*"}):
        for tag in image.tags if image.id not in used else ():
            client.images.remove(tag)
