"""The API under ``/api/v1``: the documents of the commands, for programs; one file a resource."""
