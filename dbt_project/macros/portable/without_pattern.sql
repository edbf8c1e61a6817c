{# A text without whatever a regular expression finds in it, trimmed; NULL where nothing is left. #}
{% macro without_pattern(text, pattern) -%}
    {{ return(adapter.dispatch('without_pattern', 'footprint')(text, pattern)) }}
{%- endmacro %}

{% macro default__without_pattern(text, pattern) -%}
    nullif(trim(regexp_replace({{ text }}, '{{ pattern }}', '', 'g')), '')
{%- endmacro %}
