{# Where a published coordinate stands: portals write a hidden or unknown place as empty, zero, -1 or a word, ArcGIS
   servers as NaN, which would pass for a number. #}
{% macro location_status(longitude, latitude, withheld="false") -%}
    case
        when {{ withheld }} then 'withheld'
        when upper({{ longitude }}) in ('REDACTED', 'WITHHELD') then 'withheld'
        when upper({{ longitude }}) in ('NAN', 'INF', '-INF', 'INFINITY', '-INFINITY') then 'missing'
        when upper({{ latitude }}) in ('NAN', 'INF', '-INF', 'INFINITY', '-INFINITY') then 'missing'
        when try_cast({{ longitude }} as double) is null or try_cast({{ latitude }} as double) is null then 'missing'
        when abs(try_cast({{ longitude }} as double)) <= 1 and abs(try_cast({{ latitude }} as double)) <= 1 then 'missing'
        else 'located'
    end
{%- endmacro %}
