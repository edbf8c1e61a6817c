select
    notes.city,
    notes.data_set,
    notes.load_id,
    notes.file,
    notes.kind,
    notes.count as n,
    notes.found
from {{ source('loads', 'file_notes') }} as notes
