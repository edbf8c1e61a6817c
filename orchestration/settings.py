"""The only reader of the environment: where the warehouse lies and how much of the machine it may use.

Every other module asks `settings()`; nothing else looks at environment variables. The warehouse folder is the
only place the project writes to, and is readable by its owner alone.
"""

import errno
import os
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DBT_PROJECT_DIR = PROJECT_ROOT / "dbt_project"
SHIPPED_SCENARIOS = Path(__file__).resolve().parent / "statistics" / "scenarios"


class Settings(BaseSettings):
    """Environment variables with the prefix FOOTPRINT_, such as FOOTPRINT_HOME."""

    # An empty variable is one not set: as a path it would mean the working folder.
    model_config = SettingsConfigDict(env_prefix="FOOTPRINT_", env_ignore_empty=True)

    home: Path = Field(Path("warehouse"), description="Warehouse folder; relative paths start at the working folder.")
    memory_limit: str = Field(
        "2GB",
        pattern=r"(?i)^\d+(\.\d+)? ?[KMGT]i?B$",
        description="What DuckDB may hold in memory before it spills to disk, such as 500MB.",
    )
    socrata_app_token: str | None = Field(None, description="Sent to Socrata portals, which throttle those without.")
    keep_releases: int = Field(5, ge=1, description="Releases kept, the current one included.")
    keep_published_years: int = Field(
        10, ge=1, description="Years for which every release knows what former ones published, after they are deleted."
    )
    restate: Annotated[list[str], NoDecode] = Field(
        [], description="Cities, with : between them, whose published periods this run publishes anew."
    )
    keep_runs: int = Field(60, ge=1, description="Runs whose history and gate reports are kept, the last included.")
    keep_raw_days: int = Field(30, ge=1, description="Days for which a load that no kept release names is kept.")
    keep_landing_days: int = Field(
        365, ge=1, description="Days for which landed bytes that no kept release was made from are kept."
    )
    hash_key: SecretStr | None = Field(None, description="Key of keyed hashes: 256 bits as hexadecimal digits.")
    hash_key_file: Path | None = Field(None, description="File that holds this key; else hash.key of the warehouse.")
    export_folders: Annotated[list[Path], NoDecode] = Field(
        [], description="Folders, with : between them, that a run started from the web pages may read exports from."
    )
    scenarios: Path = Field(SHIPPED_SCENARIOS, description="Folder of the scenario files that a run computes (*.yml).")

    @field_validator("home")
    @classmethod
    def _is_no_address(cls, home: Path) -> Path:
        """Dagster puts the path into the address of its database, where these signs have a meaning of their own."""
        if found := sorted(set("?#%") & set(str(home.expanduser().absolute()))):
            raise ValueError(f"the path of the warehouse folder may not hold {' '.join(found)}")
        return home

    @field_validator("export_folders", "restate", mode="before")
    @classmethod
    def _are_paths(cls, folders: object) -> object:
        """As in PATH: several with a colon between them."""
        return [part for part in folders.split(os.pathsep) if part] if isinstance(folders, str) else folders

    @property
    def landing(self) -> Path:
        """Bytes as received, never changed."""
        return self.root / "landing"

    @property
    def raw(self) -> Path:
        """Parquet, one folder a load, every column text."""
        return self.root / "raw"

    @property
    def incoming(self) -> Path:
        """Where raw exports are looked for when a run names no folder: one folder a city."""
        return self.root / "incoming"

    @property
    def own_hash_key_file(self) -> Path:
        """The key of keyed hashes where the environment gives none; made when it is first needed."""
        return self.root / "hash.key"

    @property
    def build(self) -> Path:
        """Databases of the run under way; thrown away by the next one."""
        return self.root / "build"

    @property
    def releases(self) -> Path:
        """Finished releases and the link `current`."""
        return self.root / "releases"

    @property
    def runs(self) -> Path:
        """What a run under way has pulled, one folder a run."""
        return self.root / "runs"

    @property
    def gates(self) -> Path:
        """Validation results and Data Docs."""
        return self.root / "gates"

    @property
    def dagster_home(self) -> Path:
        """Dagster's own instance folder."""
        return self.root / "dagster"

    @property
    def dbt_target(self) -> Path:
        """dbt's manifest, compiled SQL and run results."""
        return self.root / "dbt"

    @property
    def warehouse_database(self) -> Path:
        """Build database: raw views, staging, canonical, intermediate."""
        return self.build / "warehouse.duckdb"

    @property
    def analyst_database(self) -> Path:
        """Build database that becomes a release's analyst.duckdb: the marts."""
        return self.build / "analyst.duckdb"

    @property
    def public_database(self) -> Path:
        """Build database that becomes a release's public.duckdb: the published product."""
        return self.build / "public.duckdb"

    @property
    def scenario_folder(self) -> Path:
        """Where the scenario files of a run lie, absolute."""
        return self.scenarios.expanduser().absolute()

    @property
    def root(self) -> Path:
        """The warehouse folder, absolute."""
        return self.home.expanduser().absolute()

    def dbt_environment(self) -> dict[str, str]:
        """What dbt_project/profiles.yml reads."""
        return {
            "FOOTPRINT_BUILD_DIR": str(self.build),
            "FOOTPRINT_MEMORY_LIMIT": self.memory_limit,
            "DBT_TARGET_PATH": str(self.dbt_target),
            "DBT_PROFILES_DIR": str(DBT_PROJECT_DIR),
            "DBT_LOG_PATH": str(self.dbt_target / "logs"),
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        }

    def create_folders(self) -> None:
        """Make the warehouse folder (mode 0700) and its parts; OSError (ENOTEMPTY) where it is somebody else's."""
        parts = (
            self.landing,
            self.raw,
            self.incoming,
            self.build,
            self.releases,
            self.runs,
            self.gates,
            self.dagster_home,
            self.dbt_target,
        )
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Closing a folder such as /tmp or a home to all others would do harm.
        if any(self.root.iterdir()) and not any(part.is_dir() for part in parts):
            raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY), str(self.root))
        self.root.chmod(0o700)
        for folder in parts:
            folder.mkdir(mode=0o700, exist_ok=True)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()
