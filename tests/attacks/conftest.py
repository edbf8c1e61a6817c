"""Attacks on single parts use the fixtures of their unit tests."""

from tests.unit.conftest import data_set, read

__all__ = ["data_set", "read"]
