"""Which source reads which kind of portal."""

from orchestration.catalog.model import DataSet
from orchestration.catalog.portals import ArcGIS, Ckan, Files, Open311, Socrata
from orchestration.sources.arcgis import ArcGISSource
from orchestration.sources.base import Source
from orchestration.sources.ckan import CkanSource
from orchestration.sources.open311 import Open311Source
from orchestration.sources.remote_files import FilesSource
from orchestration.sources.socrata import SocrataSource
from orchestration.sources.web import Web


def source_of(data_set: DataSet, *, socrata_token: str | None = None) -> Source:
    """The portal of a data set; ValueError where it has none."""
    portal = data_set.source
    if portal is None:
        raise ValueError(f"{data_set.city}/{data_set.name} has no `source` in the city file")
    web = Web(own=portal.addresses, robots_disallow=tuple(portal.robots_disallow))
    match portal:
        case Socrata():
            return SocrataSource(portal, web, socrata_token)
        case Ckan():
            return CkanSource(portal, web)
        case Files():
            return FilesSource(portal, web)
        case ArcGIS():
            return ArcGISSource(portal, web)
        case Open311():
            return Open311Source(portal, web)
