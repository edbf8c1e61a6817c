"""The one home of the gates' limits, each with its reason. A changed limit is a reviewed line here.

Limits that a model needs as well are dbt variables.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Threshold:
    """A limit and why it is where it is."""

    value: float
    reason: str


REJECTED_LINES = Threshold(
    0.01,
    "A few broken lines are normal in a portal's export; more means a wrong delimiter, quote or encoding.",
)
KEPT_ROWS = Threshold(
    0.70, "History rarely shrinks; a cut download loses far more than the corrections a publisher makes."
)
KEPT_ROWS_OF_A_GROWING_SET = Threshold(
    0.99,
    "A set that only gains rows loses single ones to merged or sealed records; more means that part of it is gone.",
)
KEPT_ROWS_OF_A_COUNTED_SET = Threshold(
    0.90,
    "Where the portal itself counts as many rows as came, what is gone was withdrawn; a tenth at once is rather a table "
    "that is being filled anew.",
)
KEPT_ROWS_OF_A_FILE = Threshold(
    0.90, "A file of a month or a year that comes again is corrected in a few rows of a hundred; a cut one loses more."
)
REPEATED_ACROSS_FILES = Threshold(
    0.10,
    "Two records without a key are now and then written in the same words; a tenth of a file in another one is the "
    "same feed under two names.",
)
MISSING_TIME = Threshold(
    0.01,
    "A moment at which a portal breaks is a few requests of thousands; a hundredth of the time is a hole in counts.",
)
QUARANTINED_ROWS = Threshold(
    0.05, "Single rows break rules in every export; more than this is a changed format, not bad rows."
)
REPEATED_KEYS = Threshold(
    0.10, "A record that stands twice in one delivery is rare; more means that the key is wrong or a file came twice."
)
SUPERSEDED_VERSIONS = Threshold(
    0.50, "Some portals publish each version of a record; where most rows are older ones, the key names something else."
)
ARRIVED_BEFORE_RECEIVED = Threshold(
    0.05, "Unit clocks and call clocks differ by seconds; more means exchanged columns or a wrong time zone."
)
CREW_SIZE = Threshold(20, "No car holds more; the same limit as that of the macro ranges.")
ONE_MINUTE_OF_THE_DAY = Threshold(
    0.2, "By chance a minute of the day holds a seven hundredth; more means days without a clock, or a clock elsewhere."
)
ON_THE_HOUR = Threshold(
    0.6, "By chance one time in sixty is on the hour; most of them means that only the hour is published."
)
CLOCK_ROWS = Threshold(100, "In fewer rows many may share a minute by chance.")
IMPOSSIBLE_PLACES = Threshold(
    0.02, "A slip of a digit happens; more means exchanged columns, or projected feet or metres."
)
OUTSIDE_CITY = Threshold(
    0.02, "Mutual aid leaves the city now and then; more means exchanged, missing or projected coordinates."
)
FUTURE_ROWS = Threshold(0.001, "A mistyped year happens; more means that times are read in the wrong format.")
FUTURE_TOLERANCE_HOURS = Threshold(24, "No time zone error is longer, so a time beyond it cannot be excused by one.")
ONE_INSTANT = Threshold(
    0.03,
    "Events are no more than a handful a second; more rows of one instant were entered together or have a default time.",
)
ONE_INSTANT_STOPS = Threshold(
    0.20, "A fifth of the rows at one instant bends every month, hour and wait; nobody could tell from the figures."
)
ONE_INSTANT_TIMES_OTHERS = Threshold(
    10, "Where times are days, as many rows share each of them; an instant stands out when the others hold far fewer."
)
ONE_INSTANT_ROWS = Threshold(20, "Among few rows a handful of one instant is a large share and may be chance.")
UNKNOWN_OFFENSE_CODES = Threshold(
    0.05, "New codes come with each NIBRS edition; more means that another code system is published."
)
LOCATED_ROWS = Threshold(0.50, "Below it the map shows what has coordinates rather than what happened.")
LOCATED_WITHOUT_ZONE = Threshold(
    0.05, "Points on a boundary or just outside it are few; more means zones of another city or vintage."
)
ARRIVAL_SAMPLE_CALLS = Threshold(
    500_000,
    "Enough to know a share to a tenth of a percent; joining every call would take a gate most of its time.",
)
ARRIVALS_FOR_MEDIAN = Threshold(20, "Below it the 95 % limits of a median leave out a tenth of the calls or less.")
ARRIVALS_FOR_P90 = Threshold(50, "Below it fewer than five calls lie beyond a 90th percentile: it is chance.")
MAPPED_RECORDS = Threshold(
    0.99, "Types that nobody mapped are missing from every share; rare ones may wait, a hundredth of all may not."
)
MAPPED_RECORDS_IN_A_ZONE = Threshold(
    0.95, "A type used by one precinct alone leaves a hole there that the city's share hides."
)
ZONE_RECORDS = Threshold(200, "In fewer records one rare type moves the share by half a percent or more.")
SMALLEST_PUBLISHED_COUNT = Threshold(11, "Counts of 1 to 10 could point to a person.")
LEAST_POSSIBLE_VALUES = Threshold(
    5, "A hidden count that may have fewer values, all that is published being known, is as good as shown."
)
UNITS_WITHOUT_CALL = Threshold(
    0.05, "Calls at the edge of an export lose their row; more means other call numbers or another period."
)
