"""Answers of a portal's interface that land as files: fetched whole, looked into, and asked for again while they are
no answer at all (a page of HTML, half a document).
"""

import gzip
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from orchestration.sources.web import TryAgain, Web

GZIP = b"\x1f\x8b"  # no text begins so
Parsed = TypeVar("Parsed")


def fetch_answer(
    web: Web, url: str, params: Mapping[str, Any], target: Path, parse: Callable[[bytes], Parsed]
) -> Parsed:
    """Write an answer to `target` and return what `parse` makes of it; the file is there only if that went well.

    `parse` raises TryAgain for what may be better next time. An answer that was compressed on its way lands unpacked.
    """
    arriving = target.with_name(target.name + ".part")

    def fetch() -> Parsed:
        # A beginning left by another question must not be gone on with.
        arriving.unlink(missing_ok=True)
        arriving.with_name(arriving.name + ".etag").unlink(missing_ok=True)
        web.download(url, arriving, params)
        parsed = parse(_unpacked(arriving))
        arriving.replace(target)
        return parsed

    return web.patiently(url, "an answer with data", fetch)


def _unpacked(file: Path) -> bytes:
    content = file.read_bytes()
    if not content.startswith(GZIP):
        return content
    try:
        content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise TryAgain(f"a compressed answer that cannot be unpacked ({error})") from error
    file.write_bytes(content)
    return content
