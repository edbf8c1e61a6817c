"""Landed files as the readers want them: gzip and zip taken off, one file after the other.

What is unpacked goes to a scratch folder under names of our own, so that no path inside an archive leads out of it.
What belongs here: containers. What the bytes in them mean is the readers' matter.
"""

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from orchestration.catalog.model import DataSet, Format
from orchestration.ingest.errors import SourceError, no_room
from orchestration.ingest.readers.base import Note, RawFile

CHUNK = 4 << 20
LEAST_FREE = 1 << 28  # bytes of disk that unpacking leaves
GZIP = b"\x1f\x8b"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
# How members of an archive that hold data are called; where some have the first ending, the others are no data.
ENDINGS: dict[Format, tuple[str, ...]] = {
    "csv": (".csv", ".tsv", ".tab", ".txt"),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson", ".json"),
    "parquet": (".parquet", ".pq"),
    "arcgis_json": (".json", ".geojson"),
    "open311_json": (".json",),
    "open311_xml": (".xml",),
    "geojson": (".geojson", ".json"),
    "shapefile": (".shp",),
    "xlsx": (".xlsx", ".xlsm"),
}
# What zipfile raises for an archive that is cut off, damaged, or packed in a way it does not know.
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OverflowError)


def unpacked(files: Iterable[RawFile], data_set: DataSet, scratch: Path) -> Iterator[RawFile]:
    """Each file bare: as it is, or unpacked into `scratch` when it is its turn.

    The members of an archive are files of their own, called archive.zip/member.csv.

    Raises:
        SourceError: an archive is damaged, holds nothing of the data set's format, or the disk has no room for it.
    """
    scratch.mkdir(mode=0o700)
    for number, file in enumerate(files):
        if _is_gzip(file):
            # The files of a shapefile must stand side by side.
            yield _gunzipped(file, scratch / ("parts" if data_set.format == "shapefile" else f"{number:04d}"))
        elif _is_archive(file, data_set):
            yield from _members(file, data_set, scratch / f"{number:04d}")
        else:
            yield file


def _is_gzip(file: RawFile) -> bool:
    return _head(file.path).startswith(GZIP) or file.path.suffix.lower() == ".gz"


def _is_archive(file: RawFile, data_set: DataSet) -> bool:
    is_zip = _head(file.path).startswith(ZIP)
    if data_set.format != "xlsx":
        return is_zip or file.path.suffix.lower() == ".zip"
    # A workbook is a zip archive, too.
    if file.path.suffix.lower() != ".zip" and not zipfile.is_zipfile(file.path):
        return False
    try:
        with zipfile.ZipFile(file.path) as archive:
            return "xl/workbook.xml" not in archive.namelist()
    except BROKEN_ZIP as error:
        raise _damaged(file, "zip archive", error) from error


def _gunzipped(file: RawFile, folder: Path) -> RawFile:
    """The file in a gzip, under its name without .gz."""
    folder.mkdir(exist_ok=True)
    bare = Path(file.path.name)
    target = folder / (bare.stem if bare.suffix.lower() == ".gz" else bare.name)
    try:
        with gzip.open(file.path) as opened:
            _write(iter(lambda: opened.read(CHUNK), b""), target, file)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise _damaged(file, "gzip file", error) from error
    return RawFile(target, file.name, file.names)


def _members(file: RawFile, data_set: DataSet, folder: Path) -> Iterator[RawFile]:
    """The members of an archive that hold data, each unpacked when it is asked for."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(file.path) as archive:
            chosen = _chosen(file, archive, data_set)
            notes = _passed_over(archive, chosen)
            for number, member in enumerate(chosen):
                for part in _with_parts(member, archive, data_set):
                    found = _extracted(
                        file, archive, part, folder / f"{number:05d}{PurePosixPath(part.filename).suffix.lower()}"
                    )
                    yield replace(found, notes=notes if part is chosen[0] else ())
    except BROKEN_ZIP as error:
        raise _damaged(file, "zip archive", error) from error


def _extracted(file: RawFile, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> RawFile:
    if member.file_size > shutil.disk_usage(target.parent).free - LEAST_FREE:
        raise _too_large(file, f"{member.filename} is {member.file_size:,} bytes unpacked")
    with archive.open(member) as opened:
        written = _write(iter(lambda: opened.read(CHUNK), b""), target, file)
    if written != member.file_size:
        raise zipfile.BadZipFile(f"{written:,} bytes where the archive promises {member.file_size:,}")
    raw = RawFile(target, f"{file.name}/{member.filename}", file.names)
    if not _is_gzip(raw):
        return raw
    bare = _gunzipped(raw, target.parent / target.stem)
    target.unlink()
    return bare


def _chosen(file: RawFile, archive: zipfile.ZipFile, data_set: DataSet) -> list[zipfile.ZipInfo]:
    """The members that hold data, in order of their names; a lone member may be called anything."""
    found = sorted((member for member in archive.infolist() if _is_file(member)), key=lambda member: member.filename)
    for ending in ENDINGS[data_set.format]:
        if chosen := [member for member in found if _ending(member) == ending]:
            break
    else:
        is_known = any(_ending(member) in endings for member in found for endings in (*ENDINGS.values(), SHAPEFILE))
        chosen = found if len(found) == 1 and not is_known else []
    if not chosen:
        names = ", ".join(member.filename for member in found[:5]) or "nothing"
        raise SourceError(
            file=file.name,
            found=f"a zip archive or workbook of {names}{' …' if len(found) > 5 else ''}",
            expected=f"{data_set.title} as {data_set.format}, in an archive as {' or '.join(ENDINGS[data_set.format])}",
            mend="look into the archive, and set `format` for this data set in the city file, or export it again",
        )
    for member in chosen:
        if member.flag_bits & 1:
            raise SourceError(
                file=f"{file.name}/{member.filename}",
                found="a member that is locked with a password",
                expected=f"{data_set.title} without a password",
                mend="unpack it with the password, and put the unpacked file in its place",
            )
    return chosen


def _passed_over(archive: zipfile.ZipFile, chosen: Sequence[zipfile.ZipInfo]) -> tuple[Note, ...]:
    """What is told of the members that are not read; the side files of a layer go with it."""
    stems = {_stem(member) for member in chosen}
    left = sorted(
        member.filename
        for member in archive.infolist()
        if _is_file(member) and member not in chosen and _stem(member) not in stems
    )
    if not left:
        return ()
    names = ", ".join(left[:5]) + (" …" if len(left) > 5 else "")
    read = ", ".join(member.filename for member in chosen[:5]) + (" …" if len(chosen) > 5 else "")
    found = f"of the archive were read {read}, not read {names}"
    return (Note(kind="unread_member", count=len(left), found=found),)


def _stem(member: zipfile.ZipInfo) -> str:
    """What the files of a layer are called alike: the name up to its first dot."""
    path = PurePosixPath(member.filename.lower())
    is_layer = path.suffix in (*SHAPEFILE, ".sbn", ".sbx", ".qix", ".qpj", ".xml")
    return str(path.with_name(path.name.partition(".")[0])) if is_layer else str(path)


def _with_parts(member: zipfile.ZipInfo, archive: zipfile.ZipFile, data_set: DataSet) -> list[zipfile.ZipInfo]:
    """A member and, of a shapefile, the files beside it."""
    if data_set.format != "shapefile":
        return [member]
    stem = PurePosixPath(member.filename).with_suffix("")
    return [
        other
        for other in archive.infolist()
        if _ending(other) in SHAPEFILE
        and str(PurePosixPath(other.filename).with_suffix("")).lower() == str(stem).lower()
    ]


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Whether a member is a file that somebody packed, none that a system added."""
    parts = PurePosixPath(member.filename).parts
    return not member.is_dir() and not any(part == "__MACOSX" or part.startswith((".", "~$")) for part in parts)


def _ending(member: zipfile.ZipInfo) -> str:
    name = PurePosixPath(member.filename.lower())
    return PurePosixPath(name.stem).suffix if name.suffix == ".gz" else name.suffix


def _write(chunks: Iterator[bytes], target: Path, file: RawFile) -> int:
    """Write piece by piece, and return how many bytes there were; a few kilobytes can unpack to more than the disk holds."""
    written = 0
    with target.open("xb") as out:
        for chunk in chunks:
            if shutil.disk_usage(target.parent).free - len(chunk) < LEAST_FREE:
                raise _too_large(file, f"{written:,} bytes were unpacked, and more follow")
            written += out.write(chunk)
    return written


def _head(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(4)


def _damaged(file: RawFile, kind: str, error: Exception) -> SourceError:
    return SourceError(
        file=file.name,
        found=f"a {kind} that cannot be unpacked ({error})",
        expected=f"a whole {kind}",
        mend="download it again; the transfer probably broke off",
    )


def _too_large(file: RawFile, found: str) -> SourceError:
    error = no_room(file.name)
    error.found = f"{error.found}: {found}"
    return error
