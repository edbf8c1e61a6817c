{{ county_tracts('new_orleans', '071') }}
