"""What the names of files say: which files are one data set, what it is called, and whether its files are dated."""

import re
import zipfile
from pathlib import Path

from orchestration.catalog.model import Format
from orchestration.ingest.columns import normalised

SUFFIXES: dict[str, Format] = {
    ".csv": "csv", ".tsv": "csv", ".tab": "csv", ".txt": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".parquet": "parquet", ".pq": "parquet", ".geojson": "geojson", ".shp": "shapefile", ".xlsx": "xlsx",
    ".xlsm": "xlsx", ".xml": "open311_xml", ".json": "json",
}  # fmt: skip


# What is said of the copies of a log, each of which holds what the one before held, and more.
AS_OF = r"as_?of|snapshot|export|download|extract|backup"


def data_files(folder: Path) -> tuple[dict[str, list[Path]], list[str]]:
    """The files of a folder by data set: those that differ only in digits are one. Also the names passed over."""
    groups: dict[str, list[Path]] = {}
    passed: list[str] = []
    shapes = {path.stem for path in folder.glob("*.shp")}
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.is_dir():
            continue
        suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
        if path.stem in shapes and path.suffix.lower() != ".shp":
            continue
        if not suffixes or suffixes[-1] not in (*SUFFIXES, ".zip"):
            passed.append(path.name)
            continue
        groups.setdefault(re.sub(r"\d+", "*", path.name), []).append(path)
    return groups, passed


def pattern_of(group: str, files: list[Path]) -> tuple[str, ...]:
    """What the city file writes under `files`."""
    if len(files) == 1 and not is_copy_as_of(files[0]):
        only = files[0]
        return (f"{only.stem}.*",) if only.suffix.lower() == ".shp" else (only.name,)
    # A name that begins with any digits must begin with one: every file of the folder would do otherwise.
    return (f"[0-9]{group}" if group.startswith("*") else group,)


def dated(files: list[Path]) -> bool:
    """Whether the names of some files differ in years, months or days; the name of one, whether its next copy's will."""
    numbers = [re.findall(r"\d+", file.name.split(".")[0]) for file in files]
    if len(files) == 1:
        return is_copy_as_of(files[0])
    if not all(numbers):
        return False
    has_years = all(any(re.match(r"(19|20)\d\d", number) for number in found) for found in numbers)
    # 24-1: a short year and a month.
    are_months = all(len(found) == 2 and len(found[0]) == 2 and 1 <= int(found[1]) <= 12 for found in numbers)
    return has_years or are_months


def is_copy_as_of(file: Path) -> bool:
    """Whether a name says that a file is the copy of a log as of a day: log_asof_2024-03-15.csv."""
    return bool(re.search(AS_OF, file.name.lower()) and re.search(r"(19|20)\d\d", file.name))


def name_of(group: str) -> str:
    """A name for a data set from the words of a file's; empty where it has none, such as 24-1.csv."""
    stem = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", group.split(".")[0])
    name = "_".join(part for part in normalised([f"x{stem.replace('*', ' ')}"])[0][1:].split("_") if part)
    return name if re.search("[a-z]", name) or "*" not in group else ""


def told_by(file: Path) -> str:
    """The file name that says what a file is: of an archive with one file, that one's."""
    if file.suffix.lower() != ".zip":
        return file.name
    try:
        with zipfile.ZipFile(file) as opened:
            inside = [Path(name).name for name in opened.namelist() if Path(name).suffix.lower() in SUFFIXES]
    except zipfile.BadZipFile:
        return file.name
    return inside[0] if len(inside) == 1 else file.name
