"""Writes the demo city: every raw export of Riverbend, as its portals would publish them.

What belongs here: the order of the steps. What does not: anything a step knows about its own file.

calls is the number of distinct call numbers, met within about one percent because repeat callers are
drawn. calls_for_service.csv has more lines than that: about 1.5 % of calls stand in it twice (late updates),
and five lines are corrupt. The exact counts are in the truth file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from orchestration.demo import budget, call_exports, community, enforcement, offenses, services
from orchestration.demo.callers import Callers
from orchestration.demo.calls import make_calls
from orchestration.demo.truth import write_truth
from orchestration.demo.world import World, make_world

MIN_CALLS = 1_000
MAX_YEARS = 50  # numbers of calls and reports begin with two digits of the year


def write_activity(
    world: World, out: Path, calls: int, callers: Callers, say: Callable[[str], None]
) -> dict[str, object]:
    """The files that grow with the number of calls; returns their counts."""
    say("drawing calls for service")
    n_calls = make_calls(world, calls, callers)
    counts: dict[str, object] = {}
    say("writing calls for service")
    counts["calls_for_service.csv"] = call_exports.write_calls(world, out / "calls_for_service.csv", n_calls)
    say("writing unit responses")
    counts["unit_responses.csv"] = call_exports.write_units(world, out / "unit_responses.csv", n_calls)
    say("writing offenses, stops and arrests")
    counts["offenses.csv"] = offenses.write_offenses(world, out / "offenses.csv")
    counts["officer_stops"] = enforcement.write_stops(world, out, n_calls)
    counts["arrests"] = enforcement.write_arrests(world, out)
    say("writing 311 requests and 211 and 411 contacts")
    services.load_services(world)
    counts["requests_311.json"] = services.write_requests(world, out / "requests_311.json", n_calls)
    counts["contacts_211_411.csv"] = services.write_contacts(world, out / "contacts_211_411.csv", n_calls)
    return counts


def write_context(world: World, out: Path, say: Callable[[str], None]) -> dict[str, object]:
    """The files that do not; returns their counts."""
    say("writing zones, resources, survey and budget")
    return {
        "zones.geojson": community.write_zones(world, out / "zones.geojson"),
        "resources.csv": community.write_resources(world, out / "resources.csv"),
        "resident_survey.csv": community.write_survey(world, out / "resident_survey.csv"),
        "budget.xlsx": budget.write_budget(world, out / "budget.xlsx"),
    }


def generate(
    out: Path,
    calls: int = 250_000,
    years: int = 2,
    seed: int = 20240101,
    progress: Callable[[str], None] | None = None,
    callers: Callers | None = None,
) -> Path:
    """Write the demo city into a folder; returns the path of the truth file.

    callers says how much the callers of one event disagree.
    """
    if calls < MIN_CALLS or not 1 <= years <= MAX_YEARS:
        raise ValueError(
            f"A demo city has at least {MIN_CALLS:,} calls and 1 to {MAX_YEARS} years, not {calls:,} and {years:,}"
        )
    say = progress or (lambda message: None)
    with make_world(out, years, seed) as world:
        shares = callers or Callers()
        counts = write_activity(world, out, calls, shares, say) | write_context(world, out, say)
        return write_truth(world, out, {"seed": seed, "calls": calls, "years": years}, shares, counts)
