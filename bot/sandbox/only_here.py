"""
Only this machine's own pages and programs are served: no page of somebody else's in the same browser.

Such a page can let its own name mean 127.0.0.1 (DNS rebinding), which its ``Host`` shows, or simply call us and open
a WebSocket, which the ``Origin`` shows. Programs send no ``Origin``.
"""

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what was not meant for this machine, or comes from another page."""
    origin = request.headers.get("Origin")
    if _name(request.host) not in NAMES or origin not in {None, f"http://{request.host}"}:
        raise web.HTTPForbidden(text="The demo is for this machine alone: open it by 127.0.0.1 or localhost.")
    return await handler(request)


def _name(host: str) -> str | None:
    try:
        return URL(f"http://{host}").host
    except ValueError:
        return None
