{# A call type as the crosswalk's key: upper case, letters and digits, single spaces (orchestration.crosswalk.suggest). #}
{% macro call_type_key(text) -%}
    {{ return(adapter.dispatch('call_type_key', 'footprint')(text)) }}
{%- endmacro %}

{% macro default__call_type_key(text) -%}
    trim(regexp_replace(upper({{ text }}), '[^A-Z0-9]+', ' ', 'g'))
{%- endmacro %}
