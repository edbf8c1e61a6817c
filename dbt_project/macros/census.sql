{# A census estimate or margin as a number; the Census Bureau's negative sentinels (such as -666666666) are NULL. #}
{% macro census_number(text) -%}
    case when try_cast({{ text }} as double) > -111111111 then try_cast({{ text }} as double) end
{%- endmacro %}

{# Residents of each city, counted once over its primary zones. #}
{% macro residents_of_cities() -%}
    select
        city,
        sum(population) as population,
        -- All calls over the residents of some zones only is too high a rate.
        bool_or(population is null) as is_part_of_the_city
    from {{ ref('dim_zone') }}
    where is_primary
    group by city
{%- endmacro %}
