{# Folder layers are schemas of their own name: no target prefix, one environment a warehouse folder. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
