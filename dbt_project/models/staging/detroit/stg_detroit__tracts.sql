{{ county_tracts('detroit', '163', "tractce < '550000'") }}
