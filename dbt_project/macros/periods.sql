{# Days of the month that begins on a date. #}
{% macro days_of_month(month) -%}
    {{ dbt.datediff(month, dbt.dateadd('month', 1, month), 'day') }}
{%- endmacro %}

{# What can be said of a period of so many days, of which so many are covered (methods, 0.11). #}
{% macro period_status(days, covered_days) -%}
    case
        when {{ covered_days }} = 0 then 'insufficient_data'
        when {{ covered_days }} < {{ days }} then 'partial_period'
        else 'ok'
    end
{%- endmacro %}
