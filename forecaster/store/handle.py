"""The type of an open database, for rooms that hand it on and never look inside."""

from sqlalchemy import Connection, Engine

__all__ = ["Connection", "Engine"]
