"""GeoReport v2 answers as XML (service_requests, of which each request is a row) to Parquet.

Elements become columns; nested ones stay JSON text. An answer is read twice, as a stream: for its columns, then for
its rows.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import duckdb

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import MOST_COLUMNS, FileRead, RawFile, kept
from orchestration.ingest.readers.counts import elements_in
from orchestration.ingest.readers.pages import names_of, reads_of
from orchestration.ingest.readers.tables import Row, write_stream

DEEPEST = 100
ROOT, ROW = "service_requests", "request"


def read_open311_xml(
    files: list[RawFile], data_set: DataSet, target: Path, connection: duckdb.DuckDBPyConnection
) -> list[FileRead]:
    """Write `target` from GeoReport v2 answers in XML: one row a request."""
    keys: list[set[str]] = []
    counts: list[int] = []
    for file in files:
        found: set[str] = set()
        count = 0
        for request in _requests(file, data_set):
            found |= request.keys()
            count += 1
        keys.append(found)
        counts.append(count)
    names = names_of(files, keys, data_set)
    own = {name: names[name] for name in kept(list(names), data_set)}
    rows: Iterator[Row] = (
        {name: request.get(key) for name, key in own.items()} for file in files for request in _requests(file, data_set)
    )
    records = [elements_in(file.path, ROW) for file in files]
    return reads_of(files, target, names, keys, counts, records, write_stream(target, list(own), rows))


def _requests(file: RawFile, data_set: DataSet) -> Iterator[Row]:
    """Each request by its elements; one after the other is forgotten, so that a large answer takes little memory."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import iterparse

    path: list[Element] = []
    members = 0
    try:
        for event, element in iterparse(file.path, events=("start", "end")):
            if event == "start":
                path.append(element)
                members = members + 1 if len(path) == 3 else 0 if len(path) < 3 else members
                if members > MOST_COLUMNS:
                    raise _other(file, data_set, f"a request of more than {MOST_COLUMNS:,} elements")
                if len(path) > DEEPEST:
                    raise _other(file, data_set, f"elements nested more than {DEEPEST} deep")
                if len(path) == 1 and _local(element) not in (ROOT, "errors"):
                    raise _other(file, data_set, f"XML of {_local(element)}")
                continue
            path.pop()
            if not path and _local(element) == "errors":
                told = " ".join(text.strip() for text in element.itertext() if text.strip())
                raise _other(file, data_set, f"the portal's error message instead of data: {told[:200]}")
            if len(path) == 1 and _local(path[0]) == ROOT:
                if _local(element) != ROW:
                    raise _other(file, data_set, f"{_local(element)} among the requests")
                yield {key: _text(value) for key, value in _members(element).items()}
                path[0].clear()
    except (ParseError, DefusedXmlException, LookupError, ValueError) as error:
        raise _other(file, data_set, f"XML that ends too early, is malformed or unsafe ({str(error)[:200]})") from error


def _members(element: Element) -> dict[str, Any]:
    """What an element holds, by name; what stands there several times is a list."""
    found: dict[str, list[Any]] = {}
    for below in element:
        found.setdefault(_local(below), []).append(_members(below) if len(below) else below.text or None)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _other(file: RawFile, data_set: DataSet, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected=f"{data_set.title} as XML of {ROOT}",
        mend="open the address in a browser: the portal may have answered with something else; fetch it again",
    )
