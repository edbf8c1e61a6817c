"""Cases of numbers that cannot be."""

from tests.cases.writing import Case, Row, changed, plain

NO_PLACES = (("1e308", "41.56"), ("-93.69", "1e308"), ("nan", "41.56"), ("181", "95"), ("0", "0"))


def _impossible_places(rows: list[Row]) -> list[Row]:
    """Five calls have coordinates that are no place."""
    for number, (longitude, latitude) in enumerate(NO_PLACES):
        rows[7 + 50 * number] = changed(rows[7 + 50 * number], longitude=longitude, latitude=latitude)
    return rows


CASES = (Case("impossible_places", plain(_impossible_places)),)
