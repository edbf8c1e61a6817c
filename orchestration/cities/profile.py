"""What a city's files hold, as far as can be seen without knowing the city: format, columns, values.

Files are read by the readers that a run uses, so that what is seen here is what a run would see. The rows go to a
folder of their own that is gone afterwards.
"""

import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import duckdb

from orchestration.catalog.model import DataSet, Format
from orchestration.cities.clocks import NO_CLOCK, Clock, clock_of
from orchestration.cities.files import SUFFIXES, dated, is_copy_as_of, name_of, pattern_of, told_by
from orchestration.cities.unread import constant_columns, same_columns
from orchestration.cities.vocabulary import spoken
from orchestration.ingest.columns import normalised
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import FileRead, RawFile
from orchestration.ingest.readers.dispatch import read_files
from orchestration.ingest.readers.headers import DELIMITERS
from orchestration.ingest.readers.unpack import unpacked
from orchestration.ingest.sql import path_list, quoted

SAMPLE_ROWS = 50_000  # rows that values and times are looked at in; keys are looked for in all of them
FEW_VALUES = 40  # a column with at most as many is listed in full
VALUES_KEPT = 2_000  # the most frequent values of a column, to be looked at
HEAD = 1 << 16
# Ways to write a local time, the more usual one first where a text fits several.
TIME_FORMATS = (
    "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M",
    "%m/%d/%y %I:%M %p", "%Y/%m/%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M",
    "%d.%m.%Y %H:%M:%S", "%b %d %Y %I:%M:%S %p", "%Y%m%d%H%M%S", "%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%Y/%m/%d",
    "%d.%m.%Y", "%m-%d-%Y", "%m/%d/%y", "%Y%m%d",
)  # fmt: skip
DAYS = tuple(form for form in TIME_FORMATS if "%H" not in form and "%I" not in form)
# Spans of time that are no day: no record can be counted by one of them.
SPANS = {
    "months": r"(19|20)\d\d-(0[1-9]|1[0-2])", "quarters": r"(19|20)\d\d[- ]?Q[1-4]", "years": r"(19|20)\d\d",
}  # fmt: skip
OFFSET = r"^\d{4}[-/]\d\d?[-/]\d\d?[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s?(Z|[+-]\d\d(:?\d\d)?)$"
EPOCH_MS = r"^-?\d{12,13}$"
EPOCH_S = r"^1\d{9}$"


@dataclass(frozen=True)
class Column:
    """A column: how many of the rows have a value, how many values there are, and the most frequent ones.

    `time` is how its values write a time (a strptime format, offset, epoch_ms or epoch_s) and the share that do so;
    `ways` are all ways in which they do, `time` first, each reading values that those before it do not.
    `span` says that the values are months, quarters or years instead. `spoken` is the name with its words apart.
    `is_everywhere` tells whether every file has it. `numbers` hold the bulk of the values (all but one in 200 at each
    end, and zeros) where nearly all are numbers.
    """

    name: str
    filled: int
    distinct: int
    values: tuple[str, ...]
    time: tuple[str, float] | None
    ways: tuple[str, ...]
    numbers: tuple[float, float] | None
    mean_length: float
    is_everywhere: bool = True
    clock: Clock = NO_CLOCK
    span: str | None = None
    spoken: str = ""


@dataclass(frozen=True)
class Profile:
    """A data set as its files show it.

    `constant` are columns that always say one thing, which; `same` those that say what another does, which.
    `box` holds the outlines: west, south, east, north. `notes` are what the
    readers tell. `dated` says that the names of its files differ in dates.
    """

    name: str
    files: tuple[str, ...]
    format: Format
    delimiter: str
    encoding: Literal["utf-8", "utf-16", "latin-1"]
    rows: int
    columns: dict[str, Column]
    constant: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    notes: tuple[str, ...] = ()
    dated: bool = False


def profile(group: str, files: list[Path]) -> Profile:
    """Look at the files of one data set.

    Raises:
        SourceError: they cannot be read, or are of no known form.
    """
    with tempfile.TemporaryDirectory(prefix="footprint-profile-") as scratch:
        home = Path(scratch)
        # The largest file shows most; one of a family may hold no row at all.
        form = _form(max(files, key=lambda file: file.stat().st_size), home / "head")
        name = name_of(told_by(files[0]) if len(files) == 1 and not is_copy_as_of(files[0]) else group)
        probe = _probe(name, files, *form)
        together = [path for file in files for path in _with_side_files(file)]
        with duckdb.connect(config={"memory_limit": "1GB", "temp_directory": str(home / "spill")}) as connection:
            (home / "rows").mkdir()
            reads = read_files([RawFile(path, path.name) for path in together], probe, home / "rows", connection)
            parquet = sorted({home / "rows" / read.parquet for read in reads if read.rows})
            connection.execute(
                f"create temp view everything as select * from read_parquet({path_list(parquet)}, union_by_name = true)"
            )
            headers = {column: header for read in reads for column, header in read.headers.items()}
            columns = {column: _column(connection, column, header) for column, header in headers.items()}
            same = same_columns(connection, columns)
            box = _box(connection) if "geometry_wkt" in columns else None
            for column in headers:
                if not all(column in read.headers for read in reads if read.rows):
                    columns[column] = replace(columns[column], is_everywhere=False)
        kind, delimiter, encoding, _ = form
        rows = sum(read.rows for read in reads)
        constant = constant_columns(columns, rows)
        pattern, notes = pattern_of(group, files), _notes(reads)
        return Profile(
            name, pattern, kind, delimiter, encoding, rows, columns, constant, same, box, notes, dated(files)
        )


def _notes(reads: Sequence[FileRead]) -> tuple[str, ...]:
    """What the readers tell of the files."""
    empty = [f"{read.file}: no row, only a header" for read in reads if not read.rows]
    aside = [f"{read.file}: {len(read.rejected):,} lines that are no rows" for read in reads if read.rejected]
    return (*empty, *aside, *(f"{read.file}: {note.found}" for read in reads for note in read.notes))


def _box(connection: duckdb.DuckDBPyConnection) -> tuple[float, float, float, float] | None:
    """The box around all outlines, where they stand in degrees."""
    import shapely

    texts = connection.execute("select geometry_wkt from everything where geometry_wkt is not null").fetchnumpy()
    bounds = shapely.total_bounds(shapely.from_wkt(texts["geometry_wkt"], on_invalid="ignore"))
    west, south, east, north = map(float, bounds)
    is_degrees = -180 <= west <= east <= 180 and -90 <= south <= north <= 90  # False where nothing is known (NaN)
    return (west, south, east, north) if is_degrees else None


def _with_side_files(file: Path) -> list[Path]:
    if file.suffix.lower() != ".shp":
        return [file]
    return [path for path in sorted(file.parent.glob(f"{file.stem}.*")) if path.is_file()]


def _probe(name: str, files: list[Path], kind: Format, delimiter: str, encoding: Any, columns: list[str]) -> DataSet:
    """A data set that needs no column yet, so that any header fits."""
    return DataSet.model_construct(
        name=name, city="", title=name, entity="calls", files=[file.name for file in files], format=kind, license="",
        grain="", growth="snapshot", columns=columns, delimiter=delimiter, encoding=encoding,
    )  # fmt: skip


def _form(file: Path, scratch: Path) -> tuple[Format, str, Any, list[str]]:
    """Format, delimiter, encoding and, where the reader must find the header, the columns of a file."""
    suffix = next((end.lower() for end in reversed(file.suffixes) if end.lower() != ".gz"), "")
    if suffix == ".zip":
        suffix = _inside(file)
    kind = SUFFIXES.get(suffix, "csv")
    if kind == "shapefile":
        return kind, ",", "utf-8", []
    bare = next(iter(unpacked([RawFile(file, file.name)], _probe("x", [file], kind, ",", "utf-8", []), scratch)))
    with bare.path.open("rb") as opened:
        head = opened.read(HEAD)
    if kind == "json":
        return _json_form(head, file), ",", "utf-8", []
    if kind == "xlsx":
        return kind, ",", "utf-8", _workbook_header(bare.path)
    if kind != "csv":
        return kind, ",", "utf-8", []
    encoding = _encoding(head)
    text = head.decode("cp1252" if encoding == "latin-1" else encoding, "replace").removeprefix("\ufeff")
    delimiter = _delimiter(text)
    return kind, delimiter, encoding, _text_header(text, delimiter)


def _text_header(text: str, delimiter: str) -> list[str]:
    """The names of a header that stands below titles; empty where it is the first line, as usual."""
    rows = [
        row for row, _ in zip(csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter), range(50), strict=False)
    ]
    found = header_row(rows)
    return (
        [name for name, label in zip(normalised(rows[found]), rows[found], strict=True) if label.strip()]
        if found
        else []
    )


def header_row(rows: list[list[str]]) -> int:
    """Which row is the header: the first that is nearly as wide as the widest."""
    widths = [sum(bool(cell.strip()) for cell in row) for row in rows]
    return next((place for place, width in enumerate(widths) if width >= 0.6 * max(widths)), 0)


def _inside(archive: Path) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(archive) as opened:
            endings = Counter(Path(name).suffix.lower() for name in opened.namelist() if "__MACOSX" not in name)
    except zipfile.BadZipFile as error:
        raise _unknown(archive, f"a zip archive that cannot be opened ({error})") from error
    return next((ending for ending in (".shp", *SUFFIXES) if ending in endings), "")


def _json_form(head: bytes, file: Path) -> Format:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"["):
        return "open311_json" if b'"service_request_id"' in start else "json"
    if b'"features"' in start:
        return "arcgis_json" if b'"attributes"' in start else "geojson"
    first = start.split(b"\n", 1)[0]
    try:
        is_line = isinstance(json.loads(first), dict) and b'"result"' not in first
    except ValueError:
        is_line = False
    if is_line:
        return "jsonl"
    if b'"result"' in start:
        return "json"
    raise _unknown(file, f"JSON of another form: {start[:60].decode('utf-8', 'replace')!r}")


def _workbook_header(file: Path) -> list[str]:
    """The names of a sheet's header."""
    from openpyxl import load_workbook

    with file.open("rb") as opened:
        sheet = load_workbook(opened, read_only=True, data_only=True).worksheets[0]
        rows = [
            [str(cell or "") for cell in row]
            for row, _ in zip(sheet.iter_rows(values_only=True), range(50), strict=False)
        ]
    header = rows[header_row(rows)] if rows else []
    return [name for name, label in zip(normalised(header), header, strict=True) if label]


def _encoding(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 10:
        return "utf-16"
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The sign that parts the first lines into the most columns, the same number on each."""
    lines = [line for line in text.splitlines()[:50] if line.strip()][: -1 if len(text) >= HEAD // 2 else None]

    def score(delimiter: str) -> tuple[float, int]:
        widths = [len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter)]
        return (sum(width == widths[0] for width in widths) * (widths[0] > 1), widths[0]) if widths else (0, 0)

    return max(DELIMITERS, key=score)


def _column(connection: duckdb.DuckDBPyConnection, name: str, header: str) -> Column:
    column = quoted(name)
    ((filled, distinct, length),) = connection.execute(
        f"select count({column}), count(distinct {column}), coalesce(avg(length({column})), 0) from everything"
    ).fetchall()
    values = connection.execute(
        f"select {column} from everything where {column} is not null group by 1 order by count(*) desc, 1 limit {VALUES_KEPT}"
    ).fetchall()
    sample = f"(select {column} as v from everything where {column} is not null limit {SAMPLE_ROWS})"
    usable = "isfinite(n) and n <> 0 and abs(n) < 1e15"
    ((numeric, low, high),) = connection.execute(
        f"select coalesce(avg((try_cast(v as double) is not null)::int), 0), "
        f"quantile_disc(n, 0.005) filter ({usable}), quantile_disc(n, 0.995) filter ({usable}) "
        f"from (select v, try_cast(v as double) as n from {sample})"
    ).fetchall()
    time = _time(connection, sample) if filled else None
    numbers = (low, high) if numeric >= 0.8 and low is not None else None
    ways = _ways(connection, sample, time[0]) if time else ()
    texts = tuple(value for (value,) in values)
    clock = clock_of(connection, sample, time[0] if time else None) if filled else NO_CLOCK
    span = next(
        (kind for kind, form in SPANS.items() if texts and all(re.fullmatch(form, text) for text in texts)), None
    )
    return Column(
        name, filled, distinct, texts, time, ways, numbers, length, clock=clock, span=span, spoken=spoken(header)
    )


READS = {
    "offset": f"regexp_matches(v, '{OFFSET}')",
    "epoch_ms": f"regexp_matches(v, '{EPOCH_MS}') and abs(try_cast(v as bigint)) between 100000000000 and 4102444800000",
    "epoch_s": f"regexp_matches(v, '{EPOCH_S}')",
    **{form: f"try_strptime(v, '{form}') is not null" for form in TIME_FORMATS},
}


def _time(connection: duckdb.DuckDBPyConnection, sample: str) -> tuple[str, float] | None:
    best, share = _most_usual(connection, f"(select * from {sample} limit 5000)")
    return (best, share) if share >= 0.5 else None


def _ways(connection: duckdb.DuckDBPyConnection, sample: str, first: str) -> tuple[str, ...]:
    """All ways to write a time in a column.

    Day before month and month before day are never taken together, nor a day alone where there are clocks.
    """
    ways = [first]
    others = [way for way in READS if not _is_day(way) or _is_day(first)]
    while True:
        unread = " and ".join(f"not coalesce({READS[way]}, false)" for way in ways)
        best, share = _most_usual(connection, f"(select * from {sample} where {unread})", others)
        if not share or {best[:5], *(way[:5] for way in ways)} >= {"%d/%m", "%m/%d"}:
            return tuple(ways)
        ways.append(best)


def _is_day(way: str) -> bool:
    return way.startswith("%") and not re.search("%[HI]", way)


def _most_usual(connection: duckdb.DuckDBPyConnection, values: str, among: Iterable[str] = READS) -> tuple[str, float]:
    """The way, among some, that most of some values are written in, and the share of them."""
    ways = list(among)
    columns = ", ".join(f"coalesce(avg(({READS[way]})::int), 0)" for way in ways)
    (found,) = connection.execute(f"select {columns} from {values}").fetchall()
    shares = dict(zip(ways, map(float, found), strict=True))
    best = max(shares, key=lambda way: shares[way])
    return best, shares[best]


def _unknown(file: Path, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected="delimited text, JSON, JSON Lines, Parquet, GeoJSON, a shapefile, a workbook or Open311 XML",
        mend="export it in one of these forms, or take it out of the folder",
    )
