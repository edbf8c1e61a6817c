"""Reading a city file: YAML checked against its model, each mistake told with its line and field."""

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[int | str, ...]
# Every start reads all city files: libyaml does it ten times faster, where PyYAML was built with it.
LONGEST, LONGEST_NUMBER, DEEPEST, MOST_ALIASES = 1_000_000, 400, 40, 100
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class CatalogError(ValueError):
    """A city file that cannot be used; the message names the file and, of each mistake, the line and field."""


class FieldError(ValueError):
    """What is wrong with one field in the light of others; it is told at that field's line."""

    def __init__(self, field: str, text: str) -> None:
        super().__init__(text)
        self.field = field


def read_checked(path: Path, model: type[Model]) -> Model:
    """Read a YAML file as a model. Raises CatalogError with a line a mistake: `file:line: field: what is wrong`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = len(path.read_bytes()[: error.start].splitlines()) or 1
        raise CatalogError(f"{path}:{line}: not UTF-8") from error
    try:
        _refuse_bombs(path, text)
        node = yaml.compose(text, LOADER)
        content = yaml.load(text, LOADER)
    except ValueError as error:
        if isinstance(error, CatalogError):
            raise
        raise CatalogError(f"{path}: a number or a date that cannot be read ({error})") from error
    except yaml.YAMLError as error:
        raise CatalogError(f"{path}{_mark(error, text)}: not valid YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(content, dict):
        raise CatalogError(f"{path}:1: expected fields such as {', '.join(list(model.model_fields)[:5])}")
    if repeated := _repeated(node):
        raise CatalogError("\n".join(f"{path}:{line}: {field}: given twice" for line, field in repeated))
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise CatalogError("\n".join(_told(path, node, model, mistake) for mistake in error.errors())) from error


def _refuse_bombs(path: Path, text: str) -> None:
    """Refuse what takes a machine down before it can be checked: libyaml goes as deep as a text does, aliases multiply."""
    if len(text) > LONGEST:
        raise CatalogError(f"{path}: {len(text):,} characters; a file of at most {LONGEST:,} is expected")
    around: list[bool] = []  # of each collection that is open: whether an alias may stand for it
    aliases = 0
    for event in yaml.parse(text, LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if any(around) or aliases > MOST_ALIASES:
                raise CatalogError(f"{path}:{line}: *{event.anchor}: aliases within aliases, or too many of them")
        elif isinstance(event, yaml.ScalarEvent):
            if len(event.value) > LONGEST_NUMBER and event.style in (None, "") and event.value[0] in "+-.0123456789":
                raise CatalogError(f"{path}:{line}: a number of {len(event.value):,} signs cannot be read")
        elif isinstance(event, yaml.CollectionStartEvent):
            around.append(event.anchor is not None)
            if len(around) > DEEPEST:
                raise CatalogError(f"{path}:{line}: nested more than {DEEPEST} deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            around.pop()


def _told(path: Path, node: yaml.Node | None, model: type[BaseModel], mistake: object) -> str:
    found = dict(mistake)  # type: ignore[call-overload]
    place: Place = found["loc"]
    cause = found.get("ctx", {}).get("error")
    if isinstance(cause, FieldError):
        place = (*place, cause.field)
    line, named = _where(node, place)
    text = found["msg"].removeprefix("Value error, ")
    if found["type"] == "missing":
        text = "needed, but not there"
    elif found["type"] == "extra_forbidden":
        text = "no such field"
    elif not isinstance(found.get("input"), dict | list | None):
        text += f" (found {found['input']!r:.200})"
    return f"{path}:{line}: {'.'.join(map(str, named)) or model.__name__}: {text}"


def _where(node: yaml.Node | None, place: Place) -> tuple[int, Place]:
    """The line of a place, or of the nearest thing around it; and the place without what is not in the file."""
    line, named = 1, []
    place = tuple(step for step in place if step != "[key]")  # a name of a mapping, told at its own line
    for position, step in enumerate(place):
        below, at = _below(node, step)
        if below is None:
            # A missing field is told at the line of what should hold it; the name of a union's branch is no field.
            if position == len(place) - 1:
                named.append(step)
            continue
        node, line = below, at
        named.append(step)
    return line, tuple(named)


def _below(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node | None, int]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.line + 1
    return None, 0


def _repeated(node: yaml.Node | None, around: str = "") -> list[tuple[int, str]]:
    """Fields that stand twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.SequenceNode):
        return [twice for below in node.value for twice in _repeated(below, around)]
    if not isinstance(node, yaml.MappingNode):
        return []
    names = [key.value for key, _ in node.value]
    own = [
        (key.start_mark.line + 1, f"{around}{key.value}")
        for position, (key, _) in enumerate(node.value)
        if key.value in names[:position]
    ]
    return own + [twice for key, below in node.value for twice in _repeated(below, f"{around}{key.value}.")]


def _mark(error: yaml.YAMLError, text: str) -> str:
    mark = getattr(error, "problem_mark", None)
    # What is missed at the end is missed on the line after it.
    return f":{min(mark.line, text.count(chr(10))) + 1}" if mark else ""
