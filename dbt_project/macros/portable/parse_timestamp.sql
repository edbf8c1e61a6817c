{# Text to TIMESTAMP without a zone, by a strptime format; NULL where the text does not fit. #}
{% macro parse_timestamp(text, format) -%}
    {{ return(adapter.dispatch('parse_timestamp', 'footprint')(text, format)) }}
{%- endmacro %}

{% macro default__parse_timestamp(text, format) -%}
    try_strptime({{ text }}, '{{ format }}')
{%- endmacro %}
