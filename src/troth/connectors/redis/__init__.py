"""redis: keys by pattern as tables: hashes, strings, sets, sorted sets, lists and streams."""

from troth.connectors.redis.store import RedisConnector

__all__ = ["RedisConnector"]
