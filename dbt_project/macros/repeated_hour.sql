{# Which pass of an hour that comes twice the times of a row lie in, where its clock does not say.

   Staging reads such an hour as its second pass. Here the times of one row, in the order in which they must follow each
   other, are read twice: as early as their order allows, and as late. The reading that takes less time from the first
   to the last is taken; where both take as long, the early one if the first time is certain, else the late one.

   `columns` are those of the relation, which has `is_ambiguous_time` and the `times` among them; the same are returned. #}
{% macro times_in_order(relation, columns, times) -%}
    with in_first_pass as (
        -- Few rows are in such an hour: only theirs are reckoned.
        select
            {{ relation }}.*,
            {% for time in times -%}
            case
                when {{ is_second_pass(relation ~ '.' ~ time, 'cities.time_zone') }}
                    then {{ minutes_after(relation ~ '.' ~ time, -60) }}
                else {{ relation }}.{{ time }}
            end as {{ time }}_first_pass{% if not loop.last %},{% endif %}
            {% endfor %}
        from {{ relation }}
        left join {{ source('loads', 'cities') }} as cities
            on {{ relation }}.city = cities.city
        where {{ relation }}.is_ambiguous_time
    ),

    {# One level a time: in a single list of columns each would repeat all those before it. #}
    {% for time in times -%}
    {%- set last = times[times | length - loop.index] -%}
    read_{{ loop.index }} as (
        select
            *,
            case
                when {{ time }}_first_pass < {{ greatest_of(times[:loop.index0], '_early') }} then {{ time }}
                else {{ time }}_first_pass
            end as {{ time }}_early,
            case
                when {{ last }} > {{ least_of((times | reverse | list)[:loop.index0], '_late') }} then {{ last }}_first_pass
                else {{ last }}
            end as {{ last }}_late
        from {{ 'in_first_pass' if loop.first else 'read_' ~ loop.index0 }}
    ),

    {% endfor -%}
    timed as (
        select
            *,
            {{ minutes_between(least_of(times, '_early'), greatest_of(times, '_early')) }} as minutes_early,
            {{ minutes_between(least_of(times, '_late'), greatest_of(times, '_late')) }} as minutes_late
        from read_{{ times | length }}
    ),

    decided as (
        select
            *,
            minutes_early < minutes_late
            or (minutes_early = minutes_late and {{ times[0] }} = {{ times[0] }}_first_pass) as is_early
        from timed
    )

    select
        {% for column in columns -%}
        {% if column in times -%}
        case when is_early then {{ column }}_early else {{ column }}_late end as {{ column }}
        {%- else -%}
        {{ column }}
        {%- endif %}{% if not loop.last %},{% endif %}
        {% endfor %}
    from decided
    union all
    select
        {{ columns | join(',\n        ') }}
    from {{ relation }}
    where not coalesce(is_ambiguous_time, false)
{%- endmacro %}

{% macro greatest_of(times, suffix) -%}
    {{ return("greatest(" ~ suffixed(times, suffix) ~ ")" if times else "cast(null as timestamp)") }}
{%- endmacro %}

{% macro least_of(times, suffix) -%}
    {{ return("least(" ~ suffixed(times, suffix) ~ ")" if times else "cast(null as timestamp)") }}
{%- endmacro %}

{% macro suffixed(times, suffix) -%}
    {%- set named = [] -%}
    {%- for time in times -%}{%- do named.append(time ~ suffix) -%}{%- endfor -%}
    {{ return(named | join(', ')) }}
{%- endmacro %}
