"""What is said on the command line against a guess, and what a draft says of what it does not read."""

from pathlib import Path

import pytest

from orchestration.cities.draft import draft, look
from orchestration.cities.guess import DataSetGuess
from orchestration.cities.overrule import Said
from orchestration.cities.scaffold import city_yml

LOG = "id,part,day,hm,other_day,what\n" + "".join(
    f"{number // 2},{number % 2},{number % 28 + 1:02d}/05/2024,{number % 24}:15,2024-06-{number % 28 + 1:02d} 10:0{number % 7},A{number % 5}\n"
    for number in range(60)
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "24log.csv").write_text(LOG)
    return tmp_path


def told(folder: Path, **said: list[str]) -> DataSetGuess:
    guesses, passed = look(folder, said)
    assert passed == {} and len(guesses) == 1
    return guesses[0]


def test_without_a_word_it_is_passed_over(folder: Path) -> None:
    guesses, passed = look(folder)
    assert guesses == [] and "--entity" in passed["24log.csv"] and "--time" in passed["24log.csv"]


def test_everything_can_be_said(folder: Path) -> None:
    found = told(folder, entity=["calls"], time=["day+HM"], key=["24log.csv=ID,Part"], name=["24log=dispatches"])
    assert (found.profile.name, found.entity, found.key) == ("dispatches", "calls", ["id", "part"])
    assert (found.columns["received_at"].column, found.columns["received_at"].clock) == ("day", "hm")
    assert "told by --time" in found.columns["received_at"].why and found.sure == "high"


def test_a_name_that_begins_with_a_digit(folder: Path) -> None:
    assert told(folder, entity=["offenses"], time=["other_day"]).profile.name == "offenses_24log"


def test_no_key(folder: Path) -> None:
    found = told(folder, entity=["calls"], time=["other_day"], key=["none"])
    assert found.key == [] and "call_id" not in found.columns


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"entity": ["people"]}, "no entity: there are calls"),
        ({"entity": ["calls"], "time": ["24log.csv=hour"]}, "no column hour: there are id, part"),
        ({"entity": ["other.csv=calls"]}, "none of the files: there are 24log.csv"),
        ({"time": ["hour"]}, "say of which file, as --time FILE=hour"),
        ({"name": ["2024"]}, "no name for a data set"),
    ],
)
def test_what_cannot_be_said(folder: Path, said: Said, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        look(folder, said)


def test_a_time_that_is_none_is_told(folder: Path) -> None:
    _, passed = look(folder, {"entity": ["calls"], "time": ["what"]})
    assert passed["24log.csv"] == "--time what: other values, no times or days"


def test_one_of_several_must_be_named(folder: Path) -> None:
    (folder / "other.csv").write_text(LOG)
    with pytest.raises(ValueError, match=r"there are 24log.csv, other.csv"):
        look(folder, {"entity": ["calls"]})


def test_unread_constant_and_double_columns_are_listed(tmp_path: Path) -> None:
    header = "call_id,received,call_type,type_code,city,empty,copy_of_id,extra_time\n"
    (tmp_path / "calls.csv").write_text(header + "".join(
        f"C{n},2024-01-{n % 28 + 1:02d} {n % 24:02d}:05,{'NOISE' if n % 2 else 'FIGHT'},{n % 2},Springfield,,C{n},{n % 24:02d}:10\n"
        for n in range(60)
    ))  # fmt: skip
    found = told(tmp_path)
    assert found.unread == {
        "type_code": "says the same as call_type", "city": "always Springfield", "empty": "never filled",
        "copy_of_id": "says the same as call_id", "extra_time": "a clock like %H:%M, without a day",
    }  # fmt: skip
    text = city_yml(draft("springfield", [found]))
    assert "- city  # not read: always Springfield" in text


@pytest.mark.parametrize(
    ("names", "growth"),
    [
        (("calls_2023.csv", "calls_2024.csv"), "yearly_files"),
        (("24-1.csv", "24-11.csv"), "yearly_files"),
        (("log_asof_2024-03-01.csv", "log_asof_2024-04-01.csv"), "append"),
        (("log_asof_2024-03-01.csv",), "append"),
        (("calls_1.csv", "calls_2.csv"), "snapshot"),
        (("calls_2024.csv",), "snapshot"),
    ],
)
def test_growth_by_the_names_of_files(tmp_path: Path, names: tuple[str, ...], growth: str) -> None:
    for place, name in enumerate(names):
        rows = "".join(f"C{place}{n},2024-01-{n % 28 + 1:02d} 10:05,NOISE,911\n" for n in range(40))
        (tmp_path / name).write_text(f"call_id,received,call_type,call_source\n{rows}")
    assert told(tmp_path).growth == growth
