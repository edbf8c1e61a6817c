"""Hands a release's product on: a folder outside the warehouse that others can read, whole or absent."""

import json
import os
import shutil
from pathlib import Path
from typing import Literal

from orchestration.publish.releases import MANIFEST, describe_files, read_manifest

Product = Literal["public", "analyst"]
FOLDER_MODE, FILE_MODE = 0o755, 0o644
OWN_FOLDER_MODE, OWN_FILE_MODE = 0o700, 0o600
README = """\
# Public tables of release {release_id}

`public.duckdb` and `parquet/` hold the same tables; every table and column has its description in the database.
Numbers of 1 to 10 are hidden, and others from which one of those would follow. `status` says so; a missing number is
never a zero. Periods once published stand: `manifest.json` says which are new. Whoever tries to find a person in
these tables does what they were not made for.
"""


def hand_on(release: Path, target: Path, product: Product) -> list[Path]:
    """Write a release's product to `target`, which must not exist; the files written.

    The public product may be read by everybody on the machine, the analysts' by its owner alone.
    """
    folder_mode, file_mode = (FOLDER_MODE, FILE_MODE) if product == "public" else (OWN_FOLDER_MODE, OWN_FILE_MODE)
    beside = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
    beside.mkdir(parents=True, mode=0o700)
    try:
        if product == "public":
            shutil.copyfile(release / "public.duckdb", beside / "public.duckdb")
            shutil.copytree(release / "parquet", beside / "parquet", copy_function=shutil.copyfile)
            (beside / "README.md").write_text(README.format(release_id=release.name), encoding="utf-8")
            (beside / MANIFEST).write_text(json.dumps(_public_manifest(release, beside), indent=2), encoding="utf-8")
        else:
            for name in ("analyst.duckdb", "public.duckdb", MANIFEST):
                shutil.copyfile(release / name, beside / name)
        written = sorted(beside.rglob("*"))
        for path in written:
            path.chmod(folder_mode if path.is_dir() else file_mode)
        beside.chmod(folder_mode)
        beside.rename(target)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return [target / path.relative_to(beside) for path in written if not (target / path.relative_to(beside)).is_dir()]


def _public_manifest(release: Path, folder: Path) -> dict[str, object]:
    """What others may know of the release: no loads, no gates, no counts of rows that are not public."""
    whole = read_manifest(release).model_dump(mode="json")
    tables = {name: rows for name, rows in whole["tables"].items() if name.startswith("published.")}
    published = [{name: n for name, n in one.items() if name != "lines_kept"} for one in whole["published"]]
    files = [file.model_dump(mode="json") for file in describe_files(folder)]
    return {name: whole[name] for name in ("release_id", "created_at", "version")} | {
        "published": published,
        "tables": tables,
        "files": files,
    }
