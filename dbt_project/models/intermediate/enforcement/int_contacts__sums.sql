with kinds as (
    select
        contacts.city,
        count(*) as records,
        count(*) filter (where contacts.contact_kind = 'stop') as stops,
        count(*) filter (where contacts.contact_kind = 'arrest') as arrests,
        count(links.contact_id) as linked,
        count(*) filter (where contacts.contact_kind = 'arrest' and links.contact_id is null) as arrests_apart,
        count(*) filter (where contacts.contact_kind = 'use_of_force' and links.contact_id is null) as force_apart,
        -- Stops that may have ended in an arrest, and no arrest is known to be theirs.
        count(*) filter (
            where contacts.contact_kind = 'stop' and coalesce(contacts.arrest_made, true) and whole.contact_id is null
        ) as stops_apart
    from {{ ref('contacts') }} as contacts
    left join {{ ref('int_contacts__linked') }} as links
        on
            contacts.city = links.city
            and contacts.contact_kind = links.contact_kind
            and contacts.contact_id = links.contact_id
    left join {{ ref('int_contacts__linked') }} as whole
        on
            contacts.city = whole.city
            and contacts.contact_kind = whole.part_of_contact_kind
            and contacts.contact_id = whole.part_of_contact_id
            and whole.contact_kind = 'arrest'
    group by contacts.city
),

with_doubt as (
    select
        *,
        least(stops_apart, arrests_apart) + least(force_apart, stops + arrests) as perhaps_double
    from kinds
)

select
    city,
    records,
    linked,
    perhaps_double,
    perhaps_double = 0
    or (linked > 0 and perhaps_double <= {{ var('maximum_doubtful_contacts') }} * (records - linked)) as has_sum
from with_doubt
