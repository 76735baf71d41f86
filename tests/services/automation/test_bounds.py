"""What a replica keeps to: memory while a file comes in, connections to the database."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from ..automation_fixtures import QUICK, client_of, create, start, step
from ..people import Person
from ..running import Running, running
from ..surroundings import Surroundings


async def test_a_large_upload_is_refused_while_it_comes_with_little_memory(
    surroundings: Surroundings, person: Person
) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    lines = {
        **person.headers,
        "Host": "service",
        "X-API-Key": surroundings.secret("api-key"),
        "Content-Type": "multipart/form-data; boundary=x",
        "Transfer-Encoding": "chunked",
    }
    written = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    variables = {**QUICK, "MAX_FILE_SIZE": "4MB"}
    with running(surroundings, "automation-services", **variables) as replica:
        async with client_of(surroundings, replica) as client:
            before = _peak_mib(replica)
            port = int(replica.url.rpartition(":")[2])
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(f"POST /files HTTP/1.1\r\n{written}\r\n".encode() + _chunk(head))
            for _ in range(60):
                writer.write(_chunk(b"x" * (1 << 20)))
                await writer.drain()
            # The form has not ended, and never will.
            async with asyncio.timeout(60):
                assert await reader.readline() == b"HTTP/1.1 413 Request Entity Too Large\r\n"
            writer.close()
            listed = await client.get("/files", headers=person.headers)
        assert listed.json()["total"] == 0
        assert _peak_mib(replica) - before < 16


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _peak_mib(replica: Running) -> float:
    status = Path(f"/proc/{replica.process.pid}/status").read_text()
    line = next(each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


async def test_a_replica_keeps_to_twelve_connections(
    surroundings: Surroundings, person: Person, client: httpx.AsyncClient
) -> None:
    workflow = await create(client, person.headers, step("a", "transform", values={"b": 1}))
    most = 0
    with surroundings.superuser() as link:

        async def load() -> None:
            for _ in range(4):
                await start(client, person.headers, workflow)
                await client.get("/files", headers=person.headers)

        work = asyncio.gather(*(load() for _ in range(20)))
        while not work.done():
            row = link.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = 'automation_services'"
            ).fetchone()
            most = max(most, row[0] if row else 0)
            await asyncio.sleep(0.02)
        await work
    assert 2 <= most <= 12
