"""What attacks stand on: warehouses that other tests share, and the fixtures of the readers' unit tests."""

from tests.integration.conftest import (
    copy_of_home,
    demo_exports,
    demo_release,
    demo_release_home,
    main_job,
    real_home,
    seattle_home,
    seattle_release,
    shared_folder,
)
from tests.unit.conftest import data_set, read

__all__ = [
    "copy_of_home",
    "data_set",
    "demo_exports",
    "demo_release",
    "demo_release_home",
    "main_job",
    "read",
    "real_home",
    "seattle_home",
    "seattle_release",
    "shared_folder",
]
