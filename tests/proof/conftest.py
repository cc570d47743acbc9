"""PostgreSQL as the store's own tests have it."""

from tests.store.conftest import postgresql

__all__ = ["postgresql"]
