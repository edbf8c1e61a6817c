"""Models are written in SQL that means the same on DuckDB and Spark; what does not is a macro in macros/portable.

A list of words, each with what to write in its place, searched for in the models without their comments and texts.
The arguments of macros are searched as well: they are SQL.
"""

import re
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "dbt_project" / "models"

# Raw functions and syntax that the other engine lacks, or understands differently, and what stands for them.
BANNED = {
    r"(try_)?strptime|strftime|try_to_timestamp|to_timestamp|to_date": "published_time_utc",
    r"epoch|epoch_ms|unix_timestamp|make_timestamp": "minutes_between or published_time_utc",
    r"date_?diff|date_?sub|date_?add": "dbt.datediff and dbt.dateadd, or minutes_between",
    r"timezone|from_utc_timestamp": "published_time_utc or utc_to_local",
    r"dayofweek|weekday|isodow": "a macro with ISO days: engines begin the week on different days",
    r"arg_max|arg_min": "max_by or min_by",
    r"quantile(_cont|_disc)?|percentile": "percentile_cont over a double",
    r"regexp_\w+": "a macro: flags, groups and the number of matches replaced differ",
    r"list_\w+|array_\w+|list|unnest|explode|flatten|string_split\w*|str_split\w*": "a macro that splits to rows",
    r"generate_series|range|sequence": "a macro that makes a date spine",
    r"sha256|sha2|hash": "row_hash, for comparison alone",
    r"json_\w+|get_json_object|from_json|to_json": "a macro that reads JSON text",
    r"h3_\w+|st_\w+": "Python: see orchestration/enrich",
    r"struct_pack|struct_extract|map_from_entries|row": "plain columns",
    r"if|ifnull|nvl": "case or coalesce",
    r"len|strlen": "length",
    r"now|current_timestamp|today|getdate": "a column of the load: a model gives the same answer whenever it is run",
    r"random|uuid|gen_random_uuid": "row_number_as_key: a model gives the same answer whenever it is run",
}
SYNTAX = {
    r"\basof\b": "a window function",
    r"\bunion\s+(all\s+)?by\s+name\b": "union all of columns in the same order",
    r"\*\s*(exclude|except|replace|rename)\b": "the columns, named",
    r"\bcolumns\s*\(": "the columns, named",
    r"\bat\s+time\s+zone\b": "local_to_utc or utc_to_local",
    r"\bextract\s*\(\s*(dow|isodow|epoch)\b": "a macro with ISO days, or minutes_between",
    r"\bpivot\b|\bunpivot\b|\bpositional\s+join\b": "filter clauses and plain joins",
    r"//": "floor of a quotient",
    r"\bsimilar\s+to\b|~\*?\s*'": "like",
    r'"[a-z_]+"': "a name that needs no quotes",
    r"\[\s*[\w'](?!-)": "plain columns: lists are counted from 1 or from 0",
}
PATTERNS = {rf"\b(?:{names})\s*\(": instead for names, instead in BANNED.items()} | SYNTAX


def bare(sql: str) -> str:
    """A model's SQL without comments and texts; of Jinja, the expressions that are handed to macros."""
    sql = re.sub(r"\{#.*?#\}", " ", sql, flags=re.DOTALL)
    sql = re.sub(r"--[^\n]*", " ", sql)
    sql = re.sub(r"\{[{%].*?[%}]\}", handed_to_macros, sql, flags=re.DOTALL)
    return re.sub(r"'[^']*'", "''", sql).lower()


def handed_to_macros(jinja: re.Match[str]) -> str:
    """The quoted texts of a tag that are more than a name."""
    return " ".join(text for text in re.findall(r"'([^']*)'", jinja[0]) if "(" in text)


def offences(sql: str) -> list[str]:
    """What in a model does not mean the same everywhere, and what to write in its place."""
    text = bare(sql)
    return [
        f"{found[0].strip()} (write {instead})"
        for pattern, instead in PATTERNS.items()
        for found in re.finditer(pattern, text)
    ]


@pytest.mark.parametrize("model", sorted(MODELS.rglob("*.sql")), ids=lambda path: str(path.stem))
def test_model_is_portable(model: Path) -> None:
    assert offences(model.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "sql",
    [
        "select strptime(a, '%Y') from t",
        "select epoch(b - a) / 60",
        "select date_diff('minute', a, b)",
        "select datediff(minute, a, b)",
        "select * exclude (a) from t",
        "select * from t asof join s using (a)",
        "select a from t union all by name select a from s",
        "select unnest(range(10)) as i",
        "select arg_max(a, b)",
        "select a // b",
        "select extract(dow from a)",
        "select [1, 2][1]",
        "select a at time zone 'UTC'",
        "select {{ minutes_between('date_diff(a, b)', 'c') }}",
        "select SHA256(a)",
    ],
)
def test_lint_sees(sql: str) -> None:
    assert offences(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "select a from t -- strptime(a) would do as well",
        "{# unnest(a) #} select 'epoch(a)' as text",
        "select {{ published_time_utc('a', 'UTC', ['%Y']) }}, {{ dbt.datediff('a', 'b', 'day') }} from {{ ref('t') }}",
        "select count(*) filter (where a) from t group by all",
        "select a from t qualify row_number() over (partition by a order by b) = 1",
        "select extract(hour from a), max_by(a, b), cast(date_trunc('month', a) as date) from t",
        "{% for item in ['a', 'b'] %} select {{ item }} {% endfor %}",
    ],
)
def test_lint_lets_pass(sql: str) -> None:
    assert offences(sql) == []
