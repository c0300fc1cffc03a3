"""The page on which one plays customer and agent; plain files, served as they are."""

from pathlib import Path

from aiohttp import web

HERE = Path(__file__).parent


def add_page(app: web.Application) -> None:
    """Serve the page at the root of an application."""

    async def index(_: web.Request) -> web.StreamResponse:
        return _file("index.html")

    async def part(request: web.Request) -> web.StreamResponse:
        return _file(request.match_info["name"])

    app.router.add_get("/", index)
    app.router.add_get(r"/{name:[a-z]+\.(?:js|css)}", part)


def _file(name: str) -> web.FileResponse:
    return web.FileResponse(HERE / name, headers={"Cache-Control": "no-cache"})
