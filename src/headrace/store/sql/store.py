"""The SQL store as a whole, over any database."""

from __future__ import annotations

from headrace.store.sql.cache import SqlCache
from headrace.store.sql.catalog import SqlCatalog
from headrace.store.sql.connection import Database
from headrace.store.sql.delivery import SqlDelivery
from headrace.store.sql.reads import SqlReads
from headrace.store.sql.recurring import SqlRecurring
from headrace.store.sql.runs import SqlRuns
from headrace.store.sql.tenancy import SqlTenancy
from headrace.store.sql.tidying import SqlTidying


class SqlStore(
    SqlRuns, SqlReads, SqlCache, SqlCatalog, SqlTidying, SqlRecurring, SqlTenancy, SqlDelivery
):
    """``Store`` but for opening, copying and closing it.

    Args:
        database: The database that holds it.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
