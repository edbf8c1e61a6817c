{# The last value that is not NULL, as a window function; the caller adds the `over (...)`. #}
{% macro last_known(value) -%}
    {{ return(adapter.dispatch('last_known', 'footprint')(value)) }}
{%- endmacro %}

{% macro default__last_known(value) -%}
    last_value({{ value }} ignore nulls)
{%- endmacro %}
