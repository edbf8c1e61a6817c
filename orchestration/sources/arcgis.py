"""Layers of ArcGIS servers: which of them are pulled, what of each, and what that makes of the data set.

How one layer is paged is in `arcgis_pages`. Object ids tell rows apart within one pull only: many publishers assign
them anew every night.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from orchestration.catalog.model import DataSet, city
from orchestration.catalog.portals import ArcGIS
from orchestration.ingest.errors import SourceError
from orchestration.sources.arcgis_answers import Page
from orchestration.sources.arcgis_layer import Layer, listed_ids, read_layer, told_count
from orchestration.sources.arcgis_pages import pull_layer
from orchestration.sources.base import Delivered, Delivery, Identity, Last, delivered, progress
from orchestration.sources.web import Web

STATE = "pull.json"  # what the pages of each layer in a folder that was left are pages of


@dataclass(frozen=True)
class ArcGISSource:
    """The layers of one data set, in pages named `<layer>-<number>.json`.

    With a date column, what only gains rows is pulled from `changes_for_days` before the last pull on; of yearly
    files, the layers edited since. The mark of a layer is its time of last edit; a layer without one is always pulled.
    """

    portal: ArcGIS
    web: Web
    resumes: ClassVar[bool] = True

    def deliver(self, data_set: DataSet, into: Path, last: Last | None = None) -> Delivered | None:
        """Write the pages of all layers that may hold something new; None where none does.

        Raises:
            SourceError: a layer is no more, holds no rows, or does not send each row exactly once.
        """
        parts = part_names(self.portal.layers)
        layers = {part: read_layer(self.web, url) for part, url in parts.items()}
        edited = {part: layer for part, layer in layers.items() if not _is_known(part, layer, last)}
        if not edited:
            return None
        wheres, since = self._conditions(data_set, layers, None if last and last.whole else last)
        chosen = edited if since or (last and data_set.growth == "yearly_files") else layers
        files: list[Delivery] = []
        for part, layer in chosen.items():
            _keep_if_same(into, part, layer, wheres[part])
            layers[part], pages = pull_layer(self.web, layer, wheres[part], into, part)
            files += _deliveries(pages, layers[part])
        if not files:
            if since:
                return None
            raise SourceError(
                file=", ".join(self.portal.layers),
                found="no rows",
                expected=f"{data_set.title}: at least one row",
                mend="check `where` in the city file, and whether the publisher has moved the layer",
            )
        return Delivered(
            files=files,
            complete=since is None and len(chosen) == len(layers),
            versions={part: layer.mark for part, layer in layers.items() if layer.mark is not None},
            changed_since=since,
        )

    def count(self, data_set: DataSet) -> int | None:
        """See `Counts`: the ids that the layers list, as their own counts are often wrong."""
        listed = [
            listed_ids(self.web, read_layer(self.web, url), self.portal.where)[0]
            for url in part_names(self.portal.layers).values()
        ]
        return None if None in listed else sum(len(ids) for ids in listed if ids is not None)

    def identity(self, data_set: DataSet) -> Identity | None:
        """See `Counts`: the data set's own key, as many publishers number rows anew."""
        return Identity(tuple(data_set.key), across_parts=True) if data_set.key else None

    def _conditions(
        self, data_set: DataSet, layers: dict[str, Layer], last: Last | None
    ) -> tuple[dict[str, str], datetime | None]:
        """The condition of each layer, and the time (UTC) from which on it lets rows through; None for all rows."""
        whole = dict.fromkeys(layers, self.portal.where)
        if last is None or data_set.growth not in ("append", "rolling_window"):
            return whole, None
        # Dates that are texts do not compare as dates do.
        if data_set.date_column is None or data_set.dates == "text":
            return whole, None
        since = last.began_at.astimezone(UTC) - timedelta(days=data_set.changes_for_days)
        wheres = {part: self._condition(data_set, layer, since) for part, layer in layers.items()}
        narrowed = {part: where for part, where in wheres.items() if where is not None}
        if len(narrowed) < len(layers):
            progress.info("%s: the server takes no condition on %s; all is pulled", data_set.name, data_set.date_column)
            return whole, None
        return narrowed, since

    def _condition(self, data_set: DataSet, layer: Layer, since: datetime) -> str | None:
        """A condition in words that this server takes; None where there is none."""
        is_local = data_set.dates == "local" or layer.in_local_time
        clock = since.astimezone(city(data_set.city).zone_info) if is_local else since
        for literal in (f"TIMESTAMP '{clock:%Y-%m-%d %H:%M:%S}'", f"DATE '{clock:%Y-%m-%d}'"):
            where = f"({self.portal.where}) AND {data_set.date_column} >= {literal}"
            try:
                told_count(self.web, layer, where)
            except SourceError:
                continue
            return where
        return None


def part_names(urls: list[str]) -> dict[str, str]:
    """A name for each layer by service and number, longer where two would be the same; with the address it stands for."""
    paths = [urlsplit(url) for url in urls]
    short = [_plain("_".join([path.path.split("/")[-3], path.path.split("/")[-1]])) for path in paths]
    long = [_plain(f"{path.netloc}{path.path}") for path in paths]
    names = short if len(set(short)) == len(urls) else long
    return dict(zip(names, urls, strict=True))


def _plain(text: str) -> str:
    return re.sub(r"\W+", "_", text, flags=re.ASCII).strip("_")


def _is_known(part: str, layer: Layer, last: Last | None) -> bool:
    return last is not None and layer.mark is not None and last.versions.get(part) == layer.mark


def _keep_if_same(into: Path, part: str, layer: Layer, where: str) -> None:
    """Throw pages of a layer away that are of another state of it, or of another question; note what follows is of."""
    file = into / STATE
    state = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    now = {"mark": layer.mark, "where": where, "url": layer.url}
    if state.get(part) != now:
        for page in into.glob(f"{part}-*.json"):
            page.unlink()
        arriving = file.with_suffix(".part")
        arriving.write_text(json.dumps(state | {part: now}), encoding="utf-8")
        arriving.replace(file)


def _deliveries(pages: list[Page], layer: Layer) -> list[Delivery]:
    """The pages of a layer as delivered, none where they hold no rows."""
    if not any(page.ids for page in pages):
        return []
    return [delivered(page.file, layer.url, len(page.ids)) for page in pages]
