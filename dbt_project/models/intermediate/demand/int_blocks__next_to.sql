{# Stored: small, and joined to all calls. #}
{{ config(materialized='table') }}

{# Cells as wide as the distance, so that what is near lies in the same or a neighbouring cell; a degree of longitude
   is at least 0.34 of one of latitude up to 70 degrees north or south. #}
{% set metres_per_degree = 111320 %}
{% set cell = var('next_block_metres') / (metres_per_degree - 1000) %}

with blocks as (
    select
        city,
        block_address,
        longitude,
        latitude,
        cast(floor(longitude / {{ cell / 0.34 }}) as bigint) as cell_x,
        cast(floor(latitude / {{ cell }}) as bigint) as cell_y,
        {{ block_number('block_address') }} as block_number,
        {{ block_street('block_address') }} as street
    from {{ ref('int_blocks__located') }}
    where calls_per_day <= {{ var('busiest_block_calls_per_day') }}
),

steps as (
    {% for step in [-1, 0, 1] %}
    select {{ step }} as step
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

cells_to_search as (
    select
        blocks.*,
        blocks.cell_x + x.step as search_x,
        blocks.cell_y + y.step as search_y
    from blocks
    cross join steps as x
    cross join steps as y
),

next_blocks as (
    select
        blocks.city,
        blocks.block_address,
        others.block_address as next_block
    from cells_to_search as blocks
    inner join blocks as others
        on blocks.city = others.city and blocks.search_x = others.cell_x and blocks.search_y = others.cell_y
    where
        {{ metres_per_degree }} * sqrt(
            pow(blocks.latitude - others.latitude, 2)
            + pow((blocks.longitude - others.longitude) * cos(radians(blocks.latitude)), 2)
        ) <= {{ var('next_block_metres') }}
    union distinct
    select
        blocks.city,
        blocks.block_address,
        others.block_address as next_block
    from blocks
    cross join steps
    inner join blocks as others
        on
            blocks.city = others.city
            and blocks.street = others.street
            and blocks.block_number + 100 * steps.step = others.block_number
)

select
    city,
    block_address,
    next_block,
    block_address = next_block as is_same_block
from next_blocks
union distinct
-- A block without a coordinate or a number is next to itself.
select
    city,
    block_address,
    block_address as next_block,
    true as is_same_block
from blocks
