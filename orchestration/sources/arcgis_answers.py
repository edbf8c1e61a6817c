"""What an ArcGIS server answers: pages of features, or an error in place of them.

Errors come with HTTP status 200 as `{"error": {"code": …, "message": …}}`; some of those pass.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyroaring import BitMap64

from orchestration.ingest.errors import SourceError
from orchestration.sources.web import BUSY, TryAgain

PASSING = ("timeout", "timed out", "try again", "temporarily", "too many requests")


@dataclass(frozen=True)
class Page:
    """One page file: the object ids of its rows, and whether it says that more follow."""

    file: Path
    ids: Sequence[int] | BitMap64
    exceeded: bool


def checked(answer: Any, url: str) -> dict[str, Any]:
    """An answer that is an object and no error; TryAgain for errors that may pass, SourceError for others."""
    if not isinstance(answer, dict):
        raise TryAgain(f"JSON of another form than an object: {str(answer)[:100]}")
    error = answer.get("error")
    if error is None:
        return answer
    code = error.get("code") if isinstance(error, dict) else None
    said = " ".join(str(error).split())[:200]
    if code in BUSY or any(word in said.lower() for word in PASSING):
        raise TryAgain(f"the server's error {said}")
    raise SourceError(
        file=url,
        found=f"the server's error {said}",
        expected="an answer with data",
        mend="the layer needs a token or is not public; ask the publisher"
        if code in (401, 403, 498, 499)
        else "open the address in a browser; if the layer answers there, check `where` and `date_column` in the city file",
    )


def parsed_page(text: bytes, file: Path, url: str, object_id: str | None, wanted: BitMap64 | None) -> Page:
    try:
        answer = checked(json.loads(text), url)
    except ValueError as error:
        raise TryAgain(
            f"{' '.join(text[:60].decode('utf-8', 'replace').split()) or 'nothing'} instead of JSON"
        ) from error
    features = answer.get("features")
    if not isinstance(features, list):
        raise TryAgain(f"an answer without features ({', '.join(list(answer)[:6])})")
    rows = [(feature or {}).get("attributes") or {} for feature in features]
    name = _id_name(rows, object_id, wanted)
    ids = [row.get(name) for row in rows] if name else [None] * len(rows)
    if not all(isinstance(value, int | float) for value in ids):
        raise SourceError(
            file=url,
            found=f"rows without object id ({object_id})",
            expected="rows with the id the layer names",
            mend="take the portal's download of the layer as a file",
        )
    return Page(file, [int(value) for value in ids if value is not None], bool(answer.get("exceededTransferLimit")))


def _id_name(rows: list[dict[str, Any]], object_id: str | None, wanted: BitMap64 | None) -> str | None:
    """The attribute that holds object ids: the one named so, else the only one with values that are listed as ids."""
    if not rows:
        return None
    named = [key for key in rows[0] if key.lower() == str(object_id).lower()]
    if named or wanted is None:
        return next(iter(named), None)
    found = [
        key
        for key in rows[0]
        if len(values := {value for row in rows if isinstance(value := row.get(key), int)}) == len(rows)
        and all(value >= 0 and value in wanted for value in values)
    ]
    return found[0] if len(found) == 1 else None


def rows_by_id(answer: dict[str, Any], object_id: str | None) -> dict[int, Any]:
    rows = [feature for feature in answer.get("features") or [] if feature]
    name = _id_name([feature.get("attributes") or {} for feature in rows], object_id, None)
    return {int(feature["attributes"][name]): feature for feature in rows} if name else {}
