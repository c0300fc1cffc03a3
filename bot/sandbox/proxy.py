"""The reverse proxy that stands before a service: the public addresses that platforms call, and where they lead."""

from collections.abc import Mapping


def behind(url: str, proxy: Mapping[str, str]) -> str | None:
    """
    Where a public ``url`` leads by the table of ``proxy`` (public beginning → local one); None where nobody listens.

    What is not in the table leads nowhere, unless it is an address of this machine: nothing of a sandbox leaves it.
    """
    for public, local in proxy.items():
        if url.startswith(public):
            return local + url.removeprefix(public)
    return url if url.startswith(("http://127.0.0.1:", "http://localhost:", "http://[::1]:")) else None
