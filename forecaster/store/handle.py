"""The types of an open database, for rooms that hand them on and never look inside."""

from sqlalchemy import Connection, Engine

__all__ = ["Connection", "Engine"]
