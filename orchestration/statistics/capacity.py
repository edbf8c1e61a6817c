"""Teams that calls keep busy, how long the next caller waits (Erlang C), and posts to people (methods, 1.11 and 8.5)."""

from dataclasses import dataclass
from math import exp

HOURS_A_YEAR = 8760
UNSTABLE = "unstable"


@dataclass(frozen=True)
class Queue:
    """Some teams under an offered load. Where the queue grows without end nothing can be said of waits: None."""

    teams: int
    offered: float
    utilisation: float | None
    share_waiting: float | None
    mean_wait_minutes: float | None
    share_waiting_longer: float | None
    status: str
    reason: str | None = None


def queue(calls_per_hour: float, hours_per_call: float, teams: int, longer_than_minutes: float = 15) -> Queue:
    """An M/M/c queue: load in teams, share of calls that wait, mean wait, share that waits longer than asked.

    Ask it of the busy hour (90th percentile), not of the mean.
    """
    if calls_per_hour < 0 or hours_per_call <= 0 or teams < 0:
        raise ValueError(
            f"a queue needs calls and teams from 0 and hours above 0: {calls_per_hour}, {hours_per_call}, {teams}"
        )
    offered = calls_per_hour * hours_per_call
    if teams <= offered:
        utilisation = offered / teams if teams else None
        return Queue(teams, offered, utilisation, None, None, None, "not_estimable", UNSTABLE)
    waiting = share_waiting(offered, teams)
    spare = teams - offered
    return Queue(
        teams=teams,
        offered=offered,
        utilisation=offered / teams,
        share_waiting=waiting,
        mean_wait_minutes=waiting * hours_per_call * 60 / spare,
        share_waiting_longer=waiting * exp(-spare * longer_than_minutes / (hours_per_call * 60)),
        status="ok",
    )


def share_waiting(offered: float, teams: int) -> float:
    """Erlang C, by the stable recursion of Erlang B; `teams` must exceed `offered`."""
    blocked = 1.0
    for team in range(1, teams + 1):
        blocked = offered * blocked / (team + offered * blocked)
    return blocked / (1 - offered / teams * (1 - blocked))


def available_hours(paid: float, *not_available: float) -> float:
    """Hours a year that a full-time person can be on duty: paid less leave, sickness, training, court."""
    return paid - sum(not_available)


def full_time_equivalents(hours: float, available: float, utilisation: float) -> float:
    """People for `hours` on calls a year if that is `utilisation` of their time on duty. Peaks need more."""
    return hours / (available * utilisation)


def relief_factor(available: float, post_hours: float = HOURS_A_YEAR) -> float:
    """People for one post that is filled `post_hours` a year."""
    return post_hours / available
