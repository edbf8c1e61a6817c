{# Text to TIMESTAMP without a zone, by a strptime format; NULL where the text does not fit. #}
{% macro parse_timestamp(text, format) -%}
    {{ return(adapter.dispatch('parse_timestamp', 'footprint')(text, format)) }}
{%- endmacro %}

{% macro default__parse_timestamp(text, format) -%}
    try_strptime({{ text }}, '{{ format }}')
{%- endmacro %}

{# A wall-clock time as Socrata portals write it: ISO 8601 from their interface, a 12-hour clock in their exports, the
   date as 01/31/2024 or 2024 Jan 31; or as a spreadsheet saves it, on a 24-hour clock without seconds. NULL where the
   text is none of these. #}
{% macro portal_time(text) -%}
    coalesce(
        {{ parse_timestamp('left(' ~ text ~ ', 19)', '%Y-%m-%dT%H:%M:%S') }},
        {{ parse_timestamp(text, '%m/%d/%Y %I:%M:%S %p') }},
        {{ parse_timestamp(text, '%Y %b %d %I:%M:%S %p') }},
        {{ parse_timestamp(text, '%m/%d/%Y %H:%M') }}
    )
{%- endmacro %}
