{# What a published number can be, by quantity: the lowest and the highest value, and whether it is counted in ones. A
   value outside is a slip or a mark for something else, never a measure; a zero may stand for a number that is not
   known. The one home of these limits: that of a gate is held equal to it by a test. #}
{% macro ranges() -%}
    {{ return({
        'longitude': {'lowest': -180, 'highest': 180},
        'latitude': {'lowest': -90, 'highest': 90},
        'crew_size': {'lowest': 1, 'highest': 20, 'whole': true, 'zero_is_none': true},
        'units': {'lowest': 0, 'highest': 500, 'whole': true},
        'minutes': {'lowest': 0, 'highest': 10080},
        'age': {'lowest': 0, 'highest': 120, 'whole': true},
        'days_since_1899': {'lowest': 1, 'highest': 100000, 'whole': true},
        'money': {'lowest': -1e11, 'highest': 1e11},
        'positions': {'lowest': 0, 'highest': 100000},
        'capacity': {'lowest': 0, 'highest': 100000},
        'square_feet': {'lowest': 0, 'highest': 1e7},
    }) }}
{%- endmacro %}

{# Text to a number of a quantity; NULL where it is none, or one that cannot be. #}
{% macro number_of(text, quantity) -%}
    {%- set range = ranges()[quantity] -%}
    case
        when
            try_cast({{ text }} as double) between {{ range.lowest }} and {{ range.highest }}
            {%- if range.whole %}
            and floor(try_cast({{ text }} as double)) = try_cast({{ text }} as double)
            {%- endif %}
            {% if range.whole -%}
            then cast(try_cast({{ text }} as double) as integer)
            {%- else -%}
            then try_cast({{ text }} as double)
            {%- endif %}
    end
{%- endmacro %}

{# Why a row cannot be used for a number in it: a text that is no number of the quantity. NULL where the text is one, or
   is empty. #}
{% macro number_reason(text, quantity) -%}
    case
        {% if ranges()[quantity].zero_is_none -%}
        when try_cast({{ text }} as double) = 0 then null
        {% endif -%}
        when trim({{ text }}) <> '' and {{ number_of(text, quantity) }} is null then 'impossible_{{ quantity }}'
    end
{%- endmacro %}
