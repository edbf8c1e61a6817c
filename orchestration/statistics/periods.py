"""What covered days say of a year, for money and hours a year that stand on counted calls (methods, 0.11)."""

from dataclasses import dataclass

MINIMUM_COVERED_DAYS = 90  # the dbt variable minimum_covered_days; a test holds them equal
WHOLE_YEAR = (365, 366)
ALL_SEASONS = 364  # 52 weeks
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Period:
    """The covered days that were counted, and what can be said of a year by them."""

    covered_days: int

    @property
    def to_a_year(self) -> float:
        """What a count is multiplied by: a whole year stands for itself."""
        return 1.0 if self.covered_days in WHOLE_YEAR else DAYS_A_YEAR / self.covered_days

    @property
    def missing(self) -> str | None:
        """Why nothing can be said of a year."""
        if self.covered_days < MINIMUM_COVERED_DAYS:
            return f"fewer than {MINIMUM_COVERED_DAYS} covered days say nothing of a year"
        return None

    @property
    def cut_short(self) -> str | None:
        """Why what is said of a year stands for a part of it only."""
        if self.covered_days < ALL_SEASONS:
            return f"{self.covered_days} covered days stand for a year: other seasons are taken to be like them"
        return None


A_YEAR = Period(365)
