{# A table function of every day from the first to the last; it has one column, day, a timestamp at midnight. #}
{% macro days_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('days_between', 'footprint')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__days_between(first_day, last_day) -%}
    unnest(
        generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)
    ) as days (day)
{%- endmacro %}

{# The first days of every month from that of the first day to that of the last; one column, month. #}
{% macro months_between(first_day, last_day) -%}
    {{ return(adapter.dispatch('months_between', 'footprint')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__months_between(first_day, last_day) -%}
    unnest(
        generate_series(
            date_trunc('month', cast({{ first_day }} as timestamp)),
            cast({{ last_day }} as timestamp),
            interval 1 month
        )
    ) as months (month)
{%- endmacro %}

{# Frames of a window ordered by a date: so many days before the row's own and it, or it and so many days after. #}
{% macro days_preceding(number) -%}
    {{ return(adapter.dispatch('days_preceding', 'footprint')(number)) }}
{%- endmacro %}

{% macro default__days_preceding(number) -%}
    range between interval {{ number }} day preceding and current row
{%- endmacro %}

{% macro days_following(number) -%}
    {{ return(adapter.dispatch('days_following', 'footprint')(number)) }}
{%- endmacro %}

{% macro default__days_following(number) -%}
    range between current row and interval {{ number }} day following
{%- endmacro %}

{# The same for so many months before. #}
{% macro months_preceding(number) -%}
    {{ return(adapter.dispatch('months_preceding', 'footprint')(number)) }}
{%- endmacro %}

{% macro default__months_preceding(number) -%}
    range between interval {{ number }} month preceding and current row
{%- endmacro %}

{# A table function of the numbers from 0 to one less than a number, named as asked. #}
{% macro numbers_below(number, name) -%}
    {{ return(adapter.dispatch('numbers_below', 'footprint')(number, name)) }}
{%- endmacro %}

{% macro default__numbers_below(number, name) -%}
    unnest(generate_series(0, {{ number }} - 1)) as cells ({{ name }})
{%- endmacro %}

{# Days from one date to another: 0 on the same day. #}
{% macro day_difference(earlier, later) -%}
    {{ return(adapter.dispatch('day_difference', 'footprint')(earlier, later)) }}
{%- endmacro %}

{% macro default__day_difference(earlier, later) -%}
    date_diff('day', {{ earlier }}, {{ later }})
{%- endmacro %}
