{# A call type as the crosswalk's key: upper case, letters and digits, single spaces (orchestration.crosswalk.suggest). #}
{% macro call_type_key(text) -%}
    {{ return(adapter.dispatch('call_type_key', 'footprint')(text)) }}
{%- endmacro %}

{% macro default__call_type_key(text) -%}
    upper(trim(regexp_replace({{ text }}, '[^A-Za-z0-9]+', ' ', 'g')))
{%- endmacro %}
