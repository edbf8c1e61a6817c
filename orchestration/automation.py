"""Jobs and their policy, by selection rather than asset by asset."""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from orchestration.catalog.model import cities

REFRESH = "refresh"


def landing_of(city_names: list[str]) -> dg.AssetSelection:
    """The landing assets of some cities."""
    keys = [dg.AssetKey(["landing", name, data_set]) for name in city_names for data_set in cities()[name].data_sets]
    return dg.AssetSelection.assets(*keys)


def refresh_selection(city_names: list[str]) -> dg.AssetSelection:
    """What a run of some cities executes: their landing, and everything from raw on."""
    others = [name for name in cities() if name not in city_names]
    everything = dg.AssetSelection.all()
    return everything - landing_of(others) if others else everything


def jobs() -> list[UnresolvedAssetJobDefinition]:
    """The main job for all cities, and one for each."""
    return [
        dg.define_asset_job(
            f"{REFRESH}_{name}",
            selection=refresh_selection([name]),
            description=f"Lands what {name} has under incoming/ and brings it to a release.",
            tags={"city": name},
        )
        for name in cities()
    ]
