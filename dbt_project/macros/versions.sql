{# Ranks the rows whose key occurs more than once, the newest version first. Rows with a key of their own are not
   returned, so that the ranking never sorts a whole export. `newest_first` says which version is newer, `_load_number`
   where only the order of the loads tells. `same_as_newest` marks an exact repeat of the version that wins, `came_again`
   a row whose key a later load brought again, as the pulls of a chain do.
   `readable` leaves out rows that are set aside for another reason. #}
{% macro rank_versions(relation, key, newest_first, readable='true') -%}
    select
        candidate._load_number,
        candidate._file,
        candidate._line,
        row_number() over (
            partition by {% for column in key %}candidate.{{ column }}, {% endfor %}true
            order by
                {{ newest_first }} desc nulls last,
                candidate._load_number desc,
                candidate._file desc,
                candidate._line desc
        ) as version_rank,
        rank() over (
            partition by {% for column in key %}candidate.{{ column }}, {% endfor %}true
            order by {{ newest_first }} desc nulls last
        ) = 1 as same_as_newest,
        max(candidate._load_number) over (
            partition by {% for column in key %}candidate.{{ column }}, {% endfor %}true
        ) > candidate._load_number as came_again
    from (select * from {{ relation }} where {{ readable }}) as candidate
    inner join (
        select {{ key | join(', ') }}
        from {{ relation }}
        where {{ readable }}
        group by {{ key | join(', ') }}
        having count(*) > 1
    ) as repeated
        on {% for column in key %}candidate.{{ column }} = repeated.{{ column }}{% if not loop.last %} and {% endif %}{% endfor %}
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
        when {{ ranking }}.version_rank > 1 and {{ ranking }}.same_as_newest and not {{ ranking }}.came_again
            then 'repeated_row'
        when {{ ranking }}.version_rank > 1 then 'superseded_version'
    end
{%- endmacro %}

{# Where a staged row ends, from its two possible reasons. #}
{% macro row_status(quarantine_reason, exclusion_reason) -%}
    case
        when {{ quarantine_reason }} is not null then 'quarantined'
        when {{ exclusion_reason }} is not null then 'excluded'
        else 'accepted'
    end
{%- endmacro %}
