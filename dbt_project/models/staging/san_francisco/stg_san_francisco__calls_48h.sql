{{ san_francisco_calls('calls_48h') }}
