{# Hour of the week of a timestamp without a zone: 0 is Monday 00:00 to 01:00, 167 Sunday 23:00 to 24:00. #}
{% macro hour_of_week(local_time) -%}
    {{ return(adapter.dispatch('hour_of_week', 'footprint')(local_time)) }}
{%- endmacro %}

{% macro default__hour_of_week(local_time) -%}
    cast((extract(isodow from {{ local_time }}) - 1) * 24 + extract(hour from {{ local_time }}) as integer)
{%- endmacro %}

{# A table function of the full hours that the time from one timestamp to a later one touches; it has one column, hour_utc. #}
{% macro hours_touched(earlier, later) -%}
    {{ return(adapter.dispatch('hours_touched', 'footprint')(earlier, later)) }}
{%- endmacro %}

{% macro default__hours_touched(earlier, later) -%}
    unnest(generate_series(date_trunc('hour', {{ earlier }}), {{ later }}, interval 1 hour)) as hours (hour_utc)
{%- endmacro %}

{# A table function of every full hour (UTC) from a day before the first date to a day after the last, so that no
   local hour of those dates is missing; it has one column, hour_utc. #}
{% macro hours_around(first_date, last_date) -%}
    {{ return(adapter.dispatch('hours_around', 'footprint')(first_date, last_date)) }}
{%- endmacro %}

{% macro default__hours_around(first_date, last_date) -%}
    unnest(
        generate_series(
            cast({{ first_date }} as timestamp) - interval 1 day,
            cast({{ last_date }} as timestamp) + interval 2 day,
            interval 1 hour
        )
    ) as hours (hour_utc)
{%- endmacro %}
