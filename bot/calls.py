"""Calls over HTTP: what is certain of one that had no answer."""

import aiohttp

#: These happen before the first byte of a request is written: the other side has certainly not got it.
NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
