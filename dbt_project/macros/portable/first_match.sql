{# What the first match of a pattern (RE2 and Java alike) has in a group, 0 being all of it; '' where nothing matches. #}
{% macro first_match(text, pattern, group) -%}
    {{ return(adapter.dispatch('first_match', 'footprint')(text, pattern, group)) }}
{%- endmacro %}

{% macro default__first_match(text, pattern, group) -%}
    regexp_extract({{ text }}, '{{ pattern }}', {{ group }})
{%- endmacro %}
