"""Columns about persons are known by their names, in any spelling, and by their values; what names a thing is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.catalog.model import cities
from orchestration.ingest.columns import normalised
from orchestration.ingest.personal import is_free_text, is_personal, personal_values
from orchestration.ingest.readers.base import kept

PERSONAL = [
    "OfficerName",
    "officer_name",
    "OFFICERNAME",
    "Officer1",
    "officer_1_name",
    "OffName",
    "ofc_name",
    "badge",
    "badge_no",
    "officer_badge",
    "OfficerID",
    "officerid",
    "officer_yob",
    "officersquad",
    "ReportingOfficer",
    "primary_officer",
    "arresting_officer_last_name",
    "deputy",
    "detective_assigned",
    "DispatcherId",
    "CallTaker",
    "call_taker_id",
    "employee_no",
    "EmpNo",
    "DateOfBirth",
    "date_of_birth",
    "DOB",
    "dob",
    "SuspDOB",
    "birth_dt",
    "BirthYear",
    "ssn",
    "SSN",
    "SocialSecurityNo",
    "soc_sec",
    "LicensePlate",
    "license_plate",
    "plate_no",
    "PlateNumber",
    "LicPlate",
    "lic_no",
    "veh1plate",
    "vin",
    "drivers_license_no",
    "DL_Number",
    "tag_number",
    "ownername1",
    "OwnerName",
    "owner",
    "PropertyOwner",
    "name",
    "names",
    "LastName",
    "last_name",
    "first_nm",
    "fullname",
    "person_name",
    "subject_name",
    "SubjectID",
    "person_id",
    "CallerName",
    "caller",
    "caller_phone",
    "CallbackPhone",
    "callback",
    "home_phone",
    "HomePhone",
    "cell_no",
    "MobileNumber",
    "telephone",
    "EMail",
    "e_mail",
    "email_address",
    "contact_name",
    "ContactPhone",
    "complainant",
    "rp_name",
    "ReportingPartyName",
    "reporting_party_phone",
    "VictimName",
    "victim_age",
    "suspect_race",
    "witness1",
    "arrestee",
    "juvenile_name",
    "patient_name",
    "driver_name",
    "DriverAge",
    "employee_id",
    "username",
    "user_id",
    "created_by",
    "last_edited_user",
    "home_address",
    "MailingAddress",
    "ip_address",
    "narrative",
    "Remarks",
    "call_comments",
    "notes",
    "Synopsis",
    "alias",
    "nickname",
    "signature",
    "mugshot",
]
OF_THINGS = [
    "street_name",
    "StreetName",
    "st_name",
    "facility_name",
    "FacilityName",
    "offense_name",
    "OffenseName",
    "neighborhood",
    "neighborhood_name",
    "zone_name",
    "ZoneName",
    "beat_name",
    "BeatName",
    "service_name",
    "agency_name",
    "district_name",
    "CountyName",
    "county",
    "precinct_name",
    "tract_name",
    "city_name",
    "municipality_name",
    "school_name",
    "business_name",
    "store_name",
    "function_name",
    "intersection_name",
    "name_of_street",
    "unit_name",
    "officer_initiated",
    "OfficerInitiated",
    "self_initiated",
    "officers_needed",
    "count_of_officers",
    "number_of_officers",
    "NumOfficers",
    "officer_count",
    "officer_injured_killed_count",
    "victim_count",
    "total_victims",
    "owner_department",
    "OwnerDept",
    "caller_type",
    "owner_occupied_units",
    "nature",
    "call_type",
    "CallSource",
    "subject_race",
    "SubjectRace",
    "subjectperceivedgender",
    "subject_age_group",
    "event_clearance_description",
    "case_number",
    "license_id",
    "call_number",
    "reported_date",
    "contact_id",
    "contact_at",
    "stop_id",
    "block_address",
    "BlockAddress",
    "dispatch_address",
    "incident_location",
    "parent_call_id",
    "phoneme",
    "badger_creek",
    "template",
    "file_name",
    "renamed",
    "surface",
    "classname",
    "planet",
    "plateau",
    "mobile_crisis_team",
    "pref_person_in_crisis",
    "respondent_id",
    "last_updated",
    "last_modified_date",
    "first_unit_arrived_datetime",
    "created_date",
    "method_received",
    "geometry_wkt",
    "sheet",
    "shape_area",
    "priority",
    "disposition",
    "longitude",
]


@pytest.mark.parametrize("header", PERSONAL)
def test_who_must_not_be_named(header: str) -> None:
    assert is_personal(*normalised([header]))


@pytest.mark.parametrize("header", OF_THINGS)
def test_what_names_a_thing(header: str) -> None:
    assert not is_personal(*normalised([header]))


@given(st.sampled_from(["officer", "victim", "caller", "suspect", "driver"]), st.sampled_from(["name", "phone", "dob", "email"]),
       st.sampled_from(["", "_", " ", "-", "1", "_2_"]), st.sampled_from([str.upper, str.title, str.lower]))  # fmt: skip
def test_spelling_changes_nothing(role: str, attribute: str, between: str, spelled: object) -> None:
    header = spelled(f"{role}{between}{attribute}")  # type: ignore[operator]
    assert is_personal(*normalised([header]))


def test_no_column_that_a_shipped_city_needs_is_lost() -> None:
    for city in cities().values():
        for data_set in city.data_sets.values():
            names = [*data_set.columns, *data_set.optional]
            assert kept(names, data_set) == names
            # All but the names of layers and places would be kept even if the city file did not list them.
            assert [name for name in names if is_personal(name) and name != "name"] == []


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([f"515-555-{number:04d}" for number in range(50)], "telephone"),
        ([f"(515) 555-{number:04d}" for number in range(50)], "telephone"),
        ([f"(515)555-{number:04d} x12" for number in range(50)], "telephone"),
        ([f"+44 20 7946 {number:04d}" for number in range(50)], "telephone"),
        ([f"515{200 + 7 * number}{number:04d}" for number in range(50)], "telephone"),
        (["none", "unknown", *(f"555.555.{number:04d}" for number in range(3))], "telephone"),
        ([f"{number:03d}-12-3456" for number in range(50)], "social security"),
        ([f"someone{number}@example.org" for number in range(50)], "e-mail"),
        ([f"{chr(65 + number % 26)}{chr(66 + number % 24)}C {1000 + number}" for number in range(50)], "number plates"),
        ([f"{number % 9}{chr(65 + number % 26)}BC{100 + number}" for number in range(50)], "number plates"),
        ([f"2023{number:06d}" for number in range(50)], None),  # a year and a count
        ([f"41055{number:05d}" for number in range(50)], None),  # a prefix and a count
        ([f"{1_600_000_000 + 86_400 * number}" for number in range(50)], None),  # seconds since 1970
        ([f"CAD{1000 + number}" for number in range(50)], None),
        ([f"{unit}{number}" for unit in ("ENG", "LAD", "MED") for number in range(100, 120)], None),
        (["NOISE COMPLAINT", "THEFT"], None),
        ([f"{number}00 BLOCK OAK ST" for number in range(50)], None),
        ([f"2023-{number % 12 + 1:02d}-05" for number in range(50)], None),
        ([f"{number / 1000:.6f}" for number in range(50)], None),
        ([], None),
    ],
)  # fmt: skip
def test_values_of_persons(values: list[str], told: str | None) -> None:
    found = personal_values(values)
    assert (found is None) if told is None else (found is not None and told in found)


def test_free_text() -> None:
    assert is_free_text(200.0, 500, "The caller says that …")
    assert not is_free_text(200.0, 500, "POLYGON ((0 0, 1 1))") and not is_free_text(200.0, 12, "a long category")
