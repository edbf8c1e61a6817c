{# Degrees in a published text: "POINT (longitude latitude)", or "(latitude, longitude)", perhaps after an address.
   NULL where the text is neither. #}
{% macro point_longitude(text) -%}
    {{ return(adapter.dispatch('point_number', 'footprint')(text, 1, 2)) }}
{%- endmacro %}

{% macro point_latitude(text) -%}
    {{ return(adapter.dispatch('point_number', 'footprint')(text, 2, 1)) }}
{%- endmacro %}

{# Group of the number in the first form, and in the second. #}
{% macro default__point_number(text, in_point, in_pair) -%}
    {%- set pattern = "'[(] *(-?[0-9]+[.]?[0-9]*)[ ,]+(-?[0-9]+[.]?[0-9]*) *[)]'" -%}
    try_cast(nullif(case
        when {{ text }} like 'POINT%' then regexp_extract({{ text }}, {{ pattern }}, {{ in_point }})
        else regexp_extract({{ text }}, {{ pattern }}, {{ in_pair }})
    end, '') as double)
{%- endmacro %}
