"""The page on which one plays customer and agent; plain files, served as they are."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent
HEADERS = {
    "Cache-Control": "no-cache",
    # What a customer writes is shown as text; should the page ever fail at that, nothing of it runs or calls out.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def add_page(app: web.Application) -> None:
    """Serve the page at the root of an application."""

    async def index(_: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def part(request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    app.router.add_get("/", index)
    app.router.add_get(r"/{name:[a-z]+\.(?:js|css)}", part)


def _file(name: str) -> web.FileResponse:
    return web.FileResponse(HERE / name, headers=HEADERS)
