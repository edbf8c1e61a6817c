"""A portal's address, recognised: what the city file says of it, and a sample of its rows.

Only what a browser's address bar or a portal's page shows is understood; how each kind is pulled whole is the matter
of `orchestration.sources`.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orchestration.cities.files import SUFFIXES
from orchestration.ingest.errors import SourceError
from orchestration.sources.ckan import KEY
from orchestration.sources.web import Web

SAMPLE = 2_000  # rows asked for


@dataclass(frozen=True)
class Portal:
    """What the city file says under `source`, and where a sample is to be had, under which file name."""

    address: str
    source: dict[str, Any]
    sample: str
    params: dict[str, Any]
    file: str


def recognise(address: str) -> Portal:
    """The portal behind an address. SourceError where it is of no known kind."""
    parts = urlsplit(address)
    root = f"{parts.scheme}://{parts.netloc}"
    if parts.scheme in ("http", "https"):
        if found := re.search(r"^(.*/(?:FeatureServer|MapServer)/\d+)", address):
            params = {"where": "1=1", "outFields": "*", "outSR": 4326, "f": "json", "resultRecordCount": SAMPLE}
            source = {"kind": "arcgis", "layers": [found[1]]}
            return Portal(address, source, f"{found[1]}/query", params, f"{_last_word(found[1])}.json")
        if found := re.search(r"/resource/([0-9a-f]{8}-[0-9a-f-]{27})", address):
            source = {"kind": "ckan", "portal": root, "resources": [found[1]], "use": "datastore"}
            params = {"resource_id": found[1], "limit": SAMPLE}
            return Portal(address, source, f"{root}/api/3/action/datastore_search", params, "resource.json")
        if found := re.search(r"/([a-z0-9]{4}-[a-z0-9]{4})(?:[./?]|$)", address):
            source = {"kind": "socrata", "domain": parts.netloc, "ids": [found[1]]}
            source |= {"scheme": "http"} if parts.scheme == "http" else {}
            return Portal(
                address, source, f"{root}/resource/{found[1]}.csv", {"$limit": SAMPLE}, f"{_last_word(address)}.csv"
            )
        if found := re.search(r"^(.*?)(?:/requests\.(json|xml))(?:\?|$)", address) or re.search(
            r"^(.*/open311(?:/v2)?)/?()$", address
        ):
            answer = found[2] or "json"
            query = parse_qs(parts.query)
            source = {"kind": "open311", "endpoint": found[1], "answer": answer, "first_day": "2020-01-01"}
            params = {}
            if jurisdiction := query.get("jurisdiction_id", [None])[0]:
                source["jurisdiction"] = params["jurisdiction_id"] = jurisdiction
            return Portal(address, source, f"{found[1]}/requests.{answer}", params, f"requests.{answer}")
    name = Path(parts.path).name
    if {suffix.lower() for suffix in Path(name).suffixes} & {*SUFFIXES, ".zip"}:
        return Portal(address, {"kind": "files", "urls": [address]}, address, {}, name)
    raise SourceError(
        file=address,
        found="an address of no kind that is known",
        expected="a Socrata data set, an ArcGIS layer (…/FeatureServer/0), a CKAN resource, an Open311 endpoint "
        "(…/requests.json) or a file",
        mend="download the data, and give its folder with --from",
    )


def fetch_sample(portal: Portal, folder: Path, web: Web | None = None) -> Path:
    """Bring the first rows, or the whole of a file. SourceError where they cannot be had."""
    target = folder / portal.file
    (web or Web()).download(portal.sample, target, params=portal.params or None)
    if portal.source["kind"] == "arcgis":
        # That more rows follow is no fault in a sample.
        answer = json.loads(target.read_bytes())
        if isinstance(answer, dict) and answer.pop("exceededTransferLimit", None):
            target.write_text(json.dumps(answer), encoding="utf-8")
    if portal.source["kind"] == "ckan":
        # Nor does the datastore's own number of a row land.
        answer = json.loads(target.read_bytes())
        for record in answer["result"]["records"]:
            record.pop(KEY, None)
        target.write_text(json.dumps(answer["result"]["records"]), encoding="utf-8")
    return target


def _last_word(address: str) -> str:
    """A name for the data set, from the last part of an address that reads like one."""
    words = [part for part in urlsplit(address).path.split("/") if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{3,}", part)]
    named = [
        word for word in words if word not in ("FeatureServer", "MapServer", "rest", "services", "resource", "dataset")
    ]
    named = [word for word in named if not re.fullmatch(r"[a-z0-9]{4}-[a-z0-9]{4}", word)]
    return re.sub(r"[^a-z0-9]+", "_", named[-1].lower()) if named else "data"
