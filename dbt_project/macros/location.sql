{# Where a published coordinate stands: portals write a hidden or unknown place as empty, zero, -1 or a word, ArcGIS
   servers as NaN, which would pass for a number. A number that is no degree of longitude or latitude is impossible. #}
{% macro location_status(longitude, latitude, withheld="false") -%}
    case
        when {{ withheld }} then 'withheld'
        when upper({{ longitude }}) in ('REDACTED', 'WITHHELD') then 'withheld'
        when upper({{ longitude }}) = 'NAN' or upper({{ latitude }}) = 'NAN' then 'missing'
        when try_cast({{ longitude }} as double) is null or try_cast({{ latitude }} as double) is null then 'missing'
        when abs(try_cast({{ longitude }} as double)) <= 1 and abs(try_cast({{ latitude }} as double)) <= 1 then 'missing'
        when {{ number_of(longitude, 'longitude') }} is null or {{ number_of(latitude, 'latitude') }} is null
            then 'impossible'
        else 'located'
    end
{%- endmacro %}
