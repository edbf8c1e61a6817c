"""Which source pulls which kind of portal."""

from orchestration.catalog.model import DataSet
from orchestration.sources.base import Source


def source_of(data_set: DataSet, *, socrata_token: str | None) -> Source:
    """The source of a data set that has a portal."""
    raise NotImplementedError
