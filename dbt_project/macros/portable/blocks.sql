{# A block's number and street in a published address: "1200 BLOCK OF ELM ST", "12XX ELM ST" and "1200 ELM ST" are block
   1200 of ELM ST. The number is NULL where the address does not begin with one. #}
{% macro block_number(address) -%}
    {{ return(adapter.dispatch('block_number', 'footprint')(address)) }}
{%- endmacro %}

{% macro default__block_number(address) -%}
    try_cast(replace(regexp_extract(upper({{ address }}), '^([0-9]+X*) ', 1), 'X', '0') as bigint)
{%- endmacro %}

{% macro block_street(address) -%}
    {{ return(adapter.dispatch('block_street', 'footprint')(address)) }}
{%- endmacro %}

{% macro default__block_street(address) -%}
    trim(regexp_replace(upper({{ address }}), '^[0-9]+X* +((BLOCK|BLK) +)?(OF +)?', ''))
{%- endmacro %}
