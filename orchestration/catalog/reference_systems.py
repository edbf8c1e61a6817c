"""Whether a coordinate reference system is known, and is one of a plane: asked of PROJ's own database.

Importing pyproj takes a fifth of a second, which every command would pay; its database answers in a millisecond.
"""

import re
import sqlite3
from contextlib import closing
from functools import cache
from importlib.util import find_spec
from pathlib import Path

CODE = r"[A-Za-z]+:\d+"


@cache
def kind_of(code: str) -> str | None:
    """The kind of a system such as EPSG:26916 (`projected`, `geographic 2D` …); None where it is not known.

    >>> [kind_of(code) for code in ("EPSG:26916", "EPSG:4326", "EPSG:999999", "26916")]
    ['projected', 'geographic 2D', None, None]
    """
    if not re.fullmatch(CODE, code):
        return None
    authority, _, number = code.partition(":")
    with closing(sqlite3.connect(f"file:{_database()}?mode=ro&immutable=1", uri=True)) as connection:
        found = connection.execute(
            "select type from crs_view where auth_name = ? and code = ?", [authority.upper(), number]
        ).fetchone()
    return str(found[0]) if found else None


def _database() -> Path:
    spec = find_spec("pyproj")
    assert spec and spec.submodule_search_locations
    shipped = Path(spec.submodule_search_locations[0]) / "proj_dir" / "share" / "proj" / "proj.db"
    if shipped.exists():
        return shipped
    import pyproj  # built against a PROJ of the system's, it knows where that is

    return Path(pyproj.datadir.get_data_dir()) / "proj.db"
