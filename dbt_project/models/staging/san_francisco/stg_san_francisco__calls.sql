{{ san_francisco_calls('calls') }}
