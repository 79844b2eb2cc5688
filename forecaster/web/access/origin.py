"""Whether a form was sent from a page of ours, as the browser itself tells."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers

_PORTS = {"http": 80, "https": 443}


def is_ours(headers: Headers) -> bool:
    """Whether no header of the browser speaks against it; a program sends none of them.

    ``Sec-Fetch-Site`` decides where it is there. Else ``Origin`` has to name the host that is
    asked. How it is reached is left aside: a proxy may end the encryption.
    """
    site = headers.getlist("sec-fetch-site")
    if site:
        return site in (["same-origin"], ["none"])
    said, hosts = headers.getlist("origin"), headers.getlist("host")
    if not said:
        return True
    if len(said) != 1 or len(hosts) != 1:
        return False
    try:
        origin, host = urlsplit(said[0]), urlsplit(f"//{hosts[0]}")
        usual = _PORTS.get(origin.scheme)
        same_port = (origin.port or usual) == (host.port or usual)
    except ValueError:
        return False
    return (
        usual is not None
        and bool(origin.hostname)
        and origin.hostname == host.hostname
        and same_port
    )
