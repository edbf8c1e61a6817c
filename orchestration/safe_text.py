"""Text that spreadsheets leave alone: what begins like a formula would be computed by whoever opens the file."""

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def safe(value: object) -> object:
    """The value; text that a spreadsheet would take for a formula gets an apostrophe before it. Numbers stay."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_SIGNS) else value


def as_written(text: str) -> str:
    """What `safe` was given, where a file that it wrote is read again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_SIGNS) else text
