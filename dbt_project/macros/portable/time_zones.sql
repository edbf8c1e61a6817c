{# City wall clock to UTC. The repeated autumn hour is read as its second pass (standard time), the skipped spring
   hour as if the clock had already moved: the rule of ICU, the same for every city. #}
{% macro local_to_utc(local_time, time_zone) -%}
    {{ return(adapter.dispatch('local_to_utc', 'footprint')(local_time, time_zone)) }}
{%- endmacro %}

{% macro default__local_to_utc(local_time, time_zone) -%}
    make_timestamp(epoch_us(timezone('{{ time_zone }}', {{ local_time }})))
{%- endmacro %}

{# UTC to city wall clock. #}
{% macro utc_to_local(utc_time, time_zone) -%}
    {{ return(adapter.dispatch('utc_to_local', 'footprint')(utc_time, time_zone)) }}
{%- endmacro %}

{% macro default__utc_to_local(utc_time, time_zone) -%}
    timezone('{{ time_zone }}', make_timestamptz(epoch_us({{ utc_time }})))
{%- endmacro %}

{# The same, the time zone's name being a column. #}
{% macro utc_to_local_of(utc_time, time_zone_column) -%}
    {{ return(adapter.dispatch('utc_to_local_of', 'footprint')(utc_time, time_zone_column)) }}
{%- endmacro %}

{% macro default__utc_to_local_of(utc_time, time_zone_column) -%}
    timezone({{ time_zone_column }}, make_timestamptz(epoch_us({{ utc_time }})))
{%- endmacro %}

{# Whole minutes and their fraction between two timestamps: never date_diff, which counts boundaries. #}
{% macro minutes_between(earlier, later) -%}
    {{ return(adapter.dispatch('minutes_between', 'footprint')(earlier, later)) }}
{%- endmacro %}

{% macro default__minutes_between(earlier, later) -%}
    epoch({{ later }} - {{ earlier }}) / 60.0
{%- endmacro %}

{# A timestamp some minutes (whole or not, NULL where unknown) after another. #}
{% macro minutes_after(earlier, minutes) -%}
    {{ return(adapter.dispatch('minutes_after', 'footprint')(earlier, minutes)) }}
{%- endmacro %}

{% macro default__minutes_after(earlier, minutes) -%}
    {{ earlier }} + to_microseconds(cast(round({{ minutes }} * 60) as bigint) * 1000000)
{%- endmacro %}
