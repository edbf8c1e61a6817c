{# Ranks the rows whose key occurs more than once, the newest version first. Rows with a key of their own are not
   returned, so that neither the ranking nor the comparison of contents ever goes through a whole export.

   `newest_first` says which version is newer: an expression, or several, or `_load_number` where only the order of the
   loads tells. `readable` leaves out rows that are set aside for another reason. `began` is the time at which what the
   key stands for began, where that never changes: two rows more than a day apart are two things, and no versions.

   `is_repeat`: the row says the same as the newest version, in the same load; `is_in_same_file`: it stands in the same
   file. `is_contested`: nothing tells which of
   several contents the key stands for, so none of them can be used. #}
{% macro rank_versions(relation, key, newest_first, readable='true', began=none) -%}
    {%- set marks = [newest_first] if newest_first is string else newest_first -%}
    {%- set newest = marks | join(' desc nulls last, ') ~ ' desc nulls last, _load_number desc' -%}
    {%- set keys = key | join(', ') -%}
    {%- set same_key = 'partition by ' ~ keys -%}
    with repeated as (
        select {{ keys }}
        from {{ relation }}
        where {{ readable }}
        group by {{ keys }}
        having count(*) > 1
    ),

    compared as (
        select
            *,
            {{ row_hash() }} as _content
        from {{ relation }} as candidate
        where
            {{ readable }}
            and exists (
                select 1
                from repeated
                where
                    {% for column in key -%}
                    candidate.{{ column }} = repeated.{{ column }}{% if not loop.last %} and{% endif %}
                    {% endfor %}
            )
    ),

    ranked as (
        select
            *,
            row_number() over (partition by {{ keys }} order by {{ newest }}, _file desc, _line desc) as _rank,
            rank() over (partition by {{ keys }} order by {{ newest }}) = 1 as _is_newest
        from compared
    )

    select
        _load_number,
        _file,
        _line,
        _rank as version_rank,
        (
            _content = first_value(_content) over (partition by {{ keys }} order by _rank)
            and _load_number = first_value(_load_number) over (partition by {{ keys }} order by _rank)
        ) as is_repeat,
        _file = first_value(_file) over (partition by {{ keys }} order by _rank) as is_in_same_file,
        (
            _is_newest
            and min(_content) over (partition by {{ keys }}, _is_newest)
            <> max(_content) over (partition by {{ keys }}, _is_newest)
        )
        {%- if began %}
        or {{ minutes_between('min(' ~ began ~ ') over (' ~ same_key ~ ')', 'max(' ~ began ~ ') over (' ~ same_key ~ ')') }} > 1440
        {%- endif %} as is_contested
    from ranked
{%- endmacro %}

{# Join condition: two relations mean the same raw row. #}
{% macro same_row(left, right) -%}
    {{ left }}._load_number = {{ right }}._load_number
    and {{ left }}._file = {{ right }}._file
    and {{ left }}._line = {{ right }}._line
{%- endmacro %}

{# Why a row is not the published version of its key; NULL where it is. Expects a left join on rank_versions. #}
{% macro version_reason(ranking) -%}
    case
        when {{ ranking }}.version_rank > 1 and {{ ranking }}.is_repeat then 'repeated_row'
        when {{ ranking }}.version_rank > 1 then 'superseded_version'
    end
{%- endmacro %}

{# Why a row cannot be used for its key: another row has the same key and says something else, and nothing tells which
   of them is the newer. NULL where it can. Expects a left join on rank_versions. #}
{% macro identity_reason(ranking) -%}
    case when {{ ranking }}.is_contested then 'same_key_other_content' end
{%- endmacro %}

{# Of an export without a key: the rows whose whole content occurs more than once. `place_in_load` counts the equal rows
   of a load from 1; `is_in_earlier_load` says that an earlier load had as many of them. #}
{% macro rank_repeats(relation) -%}
    with compared as (
        select
            _load_number,
            _file,
            _line,
            {{ row_hash() }} as _content
        from {{ relation }}
    ),

    placed as (
        select
            *,
            row_number() over (partition by _content, _load_number order by _file, _line) as place_in_load
        from compared
        qualify count(*) over (partition by _content) > 1
    )

    select
        _load_number,
        _file,
        _line,
        place_in_load,
        row_number() over (partition by _content, place_in_load order by _load_number) > 1 as is_in_earlier_load
    from placed
{%- endmacro %}

{# Why a row of an export without a key is not counted: the city file's `repeats` says whether equal rows of a load are
   one record or several. Expects a left join on rank_repeats, and the raw table's `_repeats`. #}
{% macro repeat_reason(ranking) -%}
    case
        when {{ ranking }}.is_in_earlier_load then 'in_earlier_load'
        when {{ ranking }}.place_in_load > 1 and _repeats = 'exclude' then 'repeated_content'
    end
{%- endmacro %}

{# What is told of a row that is counted although another says the same. #}
{% macro kept_repeat(ranking) -%}
    case when {{ ranking }}.place_in_load > 1 then 'repeated_content_kept' end
{%- endmacro %}

{# A number for a row that has no key: its place among the rows of the loads in use. It is the same in every run over the
   same loads, stays as more are appended, and says nothing of what is in the row. #}
{% macro row_number_as_key(row) -%}
    cast(row_number() over (order by {{ row }}._load_number, {{ row }}._file, {{ row }}._line) as varchar)
{%- endmacro %}

{# Where a staged row ends, from its two possible reasons. #}
{% macro row_status(quarantine_reason, exclusion_reason) -%}
    case
        when {{ quarantine_reason }} is not null then 'quarantined'
        when {{ exclusion_reason }} is not null then 'excluded'
        else 'accepted'
    end
{%- endmacro %}
