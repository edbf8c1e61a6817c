"""Which servers a pull may ask, and what it may show them.

The city file's own addresses are trusted; what a portal names in its answers, or redirects to, is not. Such an address
may not lead to this machine or its private network, which trust who comes from inside, and never sees a token.
"""

import ipaddress
import socket
from dataclasses import dataclass
from typing import Any
from urllib.request import getproxies

import httpx

from orchestration.ingest.errors import SourceError

SECRET_HEADERS = ("authorization", "proxy-authorization", "cookie", "x-app-token")
SCHEMES = ("http", "https")
WEB = ("http://", "https://")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Reach:
    """The addresses that a city file names for one data set; without any, the one that is asked is trusted alone."""

    own: tuple[str, ...] = ()

    def asked(self, url: str) -> dict[str, Any]:
        """What a request is to remember through its redirects."""
        return {"footprint_own": self.own or (url,)}

    def guard(self, request: httpx.Request) -> None:
        """Asked of every request, those of redirects too: refuse what is inside, keep tokens from other origins.

        Raises:
            SourceError: the address is not one to be asked.
        """
        if request.url.scheme not in SCHEMES:
            raise refused_scheme(str(request.url))
        own = _own(request)
        if _origin(request.url) not in {_origin(url) for url in own}:
            for name in SECRET_HEADERS:
                request.headers.pop(name, None)
        if not _may_be_inside(request.url.host, own):
            for address in addresses_of(request.url.host):
                refuse_inside(address, str(request.url))

    def guard_answer(self, response: httpx.Response) -> None:
        """Asked of every answer: a name may have led elsewhere by the time of the connection."""
        stream = response.extensions.get("network_stream")
        peer: Any = stream.get_extra_info("server_addr") if stream else None
        if peer and not getproxies() and not _may_be_inside(response.request.url.host, _own(response.request)):
            refuse_inside(_address(peer[0]), str(response.request.url))


def _own(request: httpx.Request) -> list[httpx.URL]:
    return [httpx.URL(url) for url in request.extensions.get("footprint_own", ()) if url.startswith(WEB)]


def _may_be_inside(host: str, own: list[httpx.URL]) -> bool:
    """Where the city file itself names a server inside, the ones beside it may be asked too."""
    hosts = {url.host for url in own}
    return host in hosts or any(_is_inside(address) for name in hosts for address in addresses_of(name))


def addresses_of(host: str) -> list[Address]:
    """What a name stands for; nothing where nobody knows it: the request will tell."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [_address(str(entry[4][0])) for entry in found]


def refuse_inside(address: Address, url: str) -> None:
    """SourceError where an address is not one of the open internet."""
    if _is_inside(address):
        raise SourceError(
            file=url,
            found=f"an address that leads to {address}, inside this machine or its network",
            expected="a server on the open internet: a portal named it, or sent the request on to it",
            mend="do not trust this portal; if the server is yours, name its address in the city file itself",
        )


def refused_scheme(url: str) -> SourceError:
    """The error of an address of a kind that a portal's answer may not name."""
    return SourceError(
        file=url,
        found=f"an address that begins with {url.partition(':')[0][:40]}:",
        expected="one that begins with https:// or http://",
        mend="look at the portal's page of the data set; name the file's address in the city file",
    )


def _address(text: str) -> Address:
    address = ipaddress.ip_address(text.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_inside(address: Address) -> bool:
    """Loopback, link-local, private, shared, reserved or multicast: anything that is not of the open internet."""
    return not address.is_global or address.is_multicast


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
