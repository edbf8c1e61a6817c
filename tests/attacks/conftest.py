"""Warehouses to attack: those that other tests share, built once a session."""

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

__all__ = [
    "copy_of_home",
    "demo_exports",
    "demo_release",
    "demo_release_home",
    "main_job",
    "real_home",
    "seattle_home",
    "seattle_release",
    "shared_folder",
]
