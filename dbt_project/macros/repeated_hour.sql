{# Which pass of an hour that comes twice the times of a row lie in, where its clock does not say.

   Staging reads such an hour as its second pass. Here the times of one row, in the order in which they must follow each
   other, are read twice: as early as their order allows, and as late. The reading that takes less time from the first
   to the last is taken; where both take as long, the early one if the first time is certain, else the late one.

   Returns the columns `<time>_in_order` of each time beside those of the relation. #}
{% macro times_in_order(relation, times) -%}
    select
        {{ relation }}.*,
        {% for time in times -%}
        case
            when {{ relation }}.is_ambiguous_time and {{ is_second_pass(relation ~ '.' ~ time, 'cities.time_zone') }}
                then {{ minutes_after(relation ~ '.' ~ time, -60) }}
            else {{ relation }}.{{ time }}
        end as {{ time }}_first_pass,
        {% endfor -%}
        {% for time in times -%}
        case
            when {{ time }}_first_pass < {{ greatest_of(times[:loop.index0], '_early') }} then {{ relation }}.{{ time }}
            else {{ time }}_first_pass
        end as {{ time }}_early,
        {% endfor -%}
        {% for time in times | reverse -%}
        case
            when {{ relation }}.{{ time }} > {{ least_of((times | reverse | list)[:loop.index0], '_late') }}
                then {{ time }}_first_pass
            else {{ relation }}.{{ time }}
        end as {{ time }}_late,
        {% endfor -%}
        {{ minutes_between(least_of(times, '_early'), greatest_of(times, '_early')) }} as minutes_early,
        {{ minutes_between(least_of(times, '_late'), greatest_of(times, '_late')) }} as minutes_late,
        minutes_early < minutes_late
        or (minutes_early = minutes_late and {{ relation }}.{{ times[0] }} = {{ times[0] }}_first_pass) as is_early,
        {% for time in times -%}
        case when {{ relation }}.is_ambiguous_time and is_early then {{ time }}_early else {{ time }}_late end
            as {{ time }}_in_order{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ relation }}
    left join {{ source('loads', 'cities') }} as cities
        on {{ relation }}.city = cities.city
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
