"""What a person says against a guess, on the command line: of the only data set that it can be said of, or of FILE."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from orchestration.cities.profile import Profile
from orchestration.cities.vocabulary import Guessable
from orchestration.ingest.columns import normalised

NO_KEY = "none"
NAME = r"[a-z][a-z0-9_]*"


@dataclass(frozen=True)
class Overruled:
    """What was said of one data set. `time` is a column, or two: the day and the clock; an empty `key` says that none is."""

    entity: Guessable | None = None
    time: tuple[str, ...] = ()
    key: tuple[str, ...] | None = None
    name: str | None = None

    @property
    def columns(self) -> set[str]:
        """The columns that were named: they are not dropped."""
        return {*self.time, *(self.key or ())}


Said = Mapping[str, Sequence[str]]  # option, as often as it was given


def overruled(said: Said, profiles: Mapping[str, Profile]) -> dict[str, Overruled]:
    """What was said, by data set. `profiles` are by file name or pattern. ValueError where it fits none, or several."""
    found = dict.fromkeys(profiles, Overruled())
    for option, texts in said.items():
        for text in texts:
            which, value = _parted(text, profiles)
            fits = [
                name for name in ([which] if which else profiles) if which or _may_be(option, value, profiles[name])
            ]
            if len(fits) != 1:
                raise ValueError(
                    f"--{option} {text}: say of which file, as --{option} FILE={value}; there are {', '.join(profiles)}"
                )
            read: Callable[[str, Profile], Overruled] = _READ[option]
            told = read(value, profiles[fits[0]])
            changes = {name: new for name, new in vars(told).items() if new != getattr(Overruled(), name)}
            found[fits[0]] = replace(found[fits[0]], **changes)
    return found


def _parted(text: str, profiles: Mapping[str, Profile]) -> tuple[str | None, str]:
    """The data set that is meant, where one is named, and what is said of it."""
    file, sign, value = text.partition("=")
    if not sign:
        return None, text
    for name, profile in profiles.items():
        if file in (name, name.split(".")[0], profile.name, *profile.files):
            return name, value
    raise ValueError(f"{file!r} is none of the files: there are {', '.join(profiles)}")


def _may_be(option: str, value: str, profile: Profile) -> bool:
    if option in ("time", "key") and value != NO_KEY:
        return all(name in profile.columns for name in _names(value))
    return "geometry_wkt" not in profile.columns


def _names(value: str) -> list[str]:
    return [normalised([name])[0] for name in re.split(r"[+,]", value) if name.strip()]


def _columns(value: str, profile: Profile) -> tuple[str, ...]:
    names = _names(value)
    if strangers := [name for name in names if name not in profile.columns]:
        raise ValueError(f"{profile.name} has no column {', '.join(strangers)}: there are {', '.join(profile.columns)}")
    return tuple(names)


def _entity(value: str, _: Profile) -> Overruled:
    known: tuple[Guessable, ...] = get_args(Guessable)
    if value not in known:
        raise ValueError(f"{value!r} is no entity: there are {', '.join(known)}")
    return Overruled(entity=next(one for one in known if one == value))


def _name(value: str, _: Profile) -> Overruled:
    if not re.fullmatch(NAME, value):
        raise ValueError(
            f"{value!r} is no name for a data set: lower-case letters, digits and underscores, a letter first"
        )
    return Overruled(name=value)


_READ: dict[str, Callable[[str, Profile], Overruled]] = {
    "entity": _entity,
    "time": lambda value, profile: Overruled(time=_columns(value, profile)[:2]),
    "key": lambda value, profile: Overruled(key=() if value == NO_KEY else _columns(value, profile)),
    "name": _name,
}
