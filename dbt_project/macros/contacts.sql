{# Why stops, arrests and uses of force of a city are not added up. #}
{% macro no_sum_of_contacts() -%}
    stops and arrests (or uses of force) of this city have no common number, so one contact may be in two of them
{%- endmacro %}
