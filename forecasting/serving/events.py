"""A route that receives a source's webhooks over HTTP, until it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from forecasting.connectors.sources.orderspace.events import ForgedError
from forecasting.errors import RequestError

LARGEST_BODY = 1 << 20
"""Bytes: what is longer is no webhook."""

SIGNATURE = "x-orderspace-signature"


def application(folder: Path, kind: str, settings: Path | None) -> Any:
    """The ASGI application: POST to any path; 204 where it was taken, 401 a wrong signature, 400 no events.

    ``folder``: of the dataset whose next import reads anew what is named.
    """
    from starlette.applications import Starlette
    from starlette.concurrency import run_in_threadpool
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse, Response
    from starlette.routing import Route

    from forecasting.bootstrap import receive_events

    async def take(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                return PlainTextResponse("the body is too long: nothing was taken\n", 413)
        signature = request.headers.get(SIGNATURE, "")
        try:
            await run_in_threadpool(receive_events, folder, kind, settings, body, signature)
        except RequestError as error:
            return PlainTextResponse(f"{error}\n", 401 if isinstance(error, ForgedError) else 400)
        return Response(status_code=204)

    return Starlette(routes=[Route("/{path:path}", take, methods=["POST"])])


def listen(folder: Path, kind: str, settings: Path | None, host: str, port: int) -> None:
    """Serve it. Raises RequestError where what it needs is not installed."""
    try:
        import uvicorn
    except ImportError:
        raise RequestError("--listen needs the web extra; pip install 'reorder[web]'") from None
    made = application(folder, kind, settings)
    print(
        f"Events of {kind} for {folder} are received at http://{host}:{port}/ (Ctrl-C stops it)", flush=True
    )
    uvicorn.run(made, host=host, port=port, log_level="warning", server_header=False)
