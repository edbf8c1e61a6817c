{# A census estimate or margin as a number; the Census Bureau's negative sentinels (such as -666666666) are NULL. #}
{% macro census_number(text) -%}
    case when try_cast({{ text }} as double) > -111111111 then try_cast({{ text }} as double) end
{%- endmacro %}
