{# Limits at 95 % in closed form, as SQL; estimates that need more are made in Python (orchestration/statistics). #}
{% macro z() -%} 1.959963984540054 {%- endmacro %}

{# Limits of a Poisson count. Below 5 events Byar's closed form is off, so the exact limits come from the codebook
   garwood_limits, NULL where it does not have the count. #}
{% macro poisson_lower(n, exact_limit) -%}
    coalesce(
        {{ exact_limit }},
        {{ n }} * pow(1 - 1 / (9.0 * {{ n }}) - {{ z() }} / (3 * sqrt({{ n }})), 3)
    )
{%- endmacro %}

{% macro poisson_upper(n, exact_limit) -%}
    coalesce(
        {{ exact_limit }},
        ({{ n }} + 1) * pow(1 - 1 / (9.0 * ({{ n }} + 1)) + {{ z() }} / (3 * sqrt({{ n }} + 1)), 3)
    )
{%- endmacro %}

{# Limits of a count that varies more than chance alone: each half-width on the log scale times the square root of the
   dispersion (zones.dispersion). Where none is known (NULL) they are Poisson's. #}
{% macro quasi_poisson_lower(n, exact_limit, dispersion) -%}
    case
        when coalesce({{ dispersion }}, 1) = 1 then {{ poisson_lower(n, exact_limit) }}
        when {{ n }} = 0 then 0
        else {{ n }} * pow(
            ({{ poisson_lower(n, exact_limit) }}) / {{ n }}, sqrt({{ dispersion }})
        )
    end
{%- endmacro %}

{% macro quasi_poisson_upper(n, exact_limit, dispersion) -%}
    case
        when coalesce({{ dispersion }}, 1) = 1 then {{ poisson_upper(n, exact_limit) }}
        when {{ n }} = 0 then {{ dispersion }} * ({{ poisson_upper(n, exact_limit) }})
        else {{ n }} * pow(
            ({{ poisson_upper(n, exact_limit) }}) / {{ n }}, sqrt({{ dispersion }})
        )
    end
{%- endmacro %}

{# How such limits came about. A dispersion of 1 widens nothing. #}
{% macro count_interval_method(exact_limit, dispersion) -%}
    case when coalesce({{ dispersion }}, 1) > 1 then 'quasi_poisson_' else '' end
    || case when {{ exact_limit }} is null then 'byar' else 'garwood' end
{%- endmacro %}

{# Wilson's limits of the share k / n, NULL where either is unknown or n is 0. Rounding must not take them past 0 and 1,
   and as greatest and least skip a NULL, it must not reach them. #}
{% macro wilson_lower(k, n) -%} {{ wilson_limit(k, n, '-', 'greatest(0, ') }} {%- endmacro %}
{% macro wilson_upper(k, n) -%} {{ wilson_limit(k, n, '+', 'least(1, ') }} {%- endmacro %}

{% macro wilson_limit(k, n, sign, bound) -%}
    {%- set z2 = z() ~ ' * ' ~ z() -%}
    case when {{ k }} is not null and {{ n }} > 0 then {{ bound }}(
        {{ k }} + {{ z2 }} / 2 {{ sign }} {{ z() }} * sqrt(
            {{ k }} * (1 - {{ k }} / cast({{ n }} as double)) + {{ z2 }} / 4
        )
    ) / ({{ n }} + {{ z2 }})) end
{%- endmacro %}
