"""Load over HTTP from this process: keep-alive connections, one request after the other on each, bounded in time."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

Make = Callable[[int], bytes]


@dataclass(frozen=True)
class Load:
    """What a load gave: requests a second, and how long they took (milliseconds)."""

    per_second: float
    p50: float
    p99: float
    count: int
    failed: int


def get(path: str, host: str, cookie: str = "") -> Make:
    """The bytes of a GET, the same every time."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Accept-Language: zh-hans", "Accept-Encoding: identity"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()
    return lambda number: request


def post(path: str, host: str, body: Callable[[int], bytes]) -> Make:
    """The bytes of a JSON POST with a body for each number."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: "

    def make(number: int) -> bytes:
        content = body(number)
        return head.encode() + str(len(content)).encode() + b"\r\n\r\n" + content

    return make


def run(make: Make, *, host: str, port: int, connections: int, seconds: float, expect: int = 200) -> Load:
    """Send for so many seconds over so many connections, after a short warm-up that is not counted."""
    return asyncio.run(_run(make, host, port, connections, seconds, expect))


async def _run(make: Make, host: str, port: int, connections: int, seconds: float, expect: int) -> Load:
    times: list[float] = []
    failed = 0
    number = 0
    begin = time.perf_counter() + min(1.0, seconds / 4)
    end = begin + seconds

    async def client() -> None:
        nonlocal failed, number
        reader, writer = await asyncio.open_connection(host, port)
        try:
            while time.perf_counter() < end:
                number += 1
                sent = time.perf_counter()
                writer.write(make(number))
                status = await _answer(reader)
                done = time.perf_counter()
                if sent >= begin:
                    times.append((done - sent) * 1000)
                    failed += status != expect
        finally:
            writer.close()

    await asyncio.gather(*(client() for _connection in range(connections)))
    times.sort()
    if not times:
        return Load(0.0, 0.0, 0.0, 0, failed)
    return Load(
        per_second=len(times) / seconds,
        p50=times[len(times) // 2],
        p99=times[min(len(times) - 1, int(len(times) * 0.99))],
        count=len(times),
        failed=failed,
    )


async def _answer(reader: asyncio.StreamReader) -> int:
    """Read one whole answer; its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length, chunked = 0, False
    for line in head.split(b"\r\n")[1:]:
        name, _colon, value = line.partition(b":")
        match name.lower():
            case b"content-length":
                length = int(value)
            case b"transfer-encoding":
                chunked = b"chunked" in value.lower()
    if chunked:
        while size := int((await reader.readline()).strip(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    else:
        await reader.readexactly(length)
    return status
