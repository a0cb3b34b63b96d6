-- How long connections are kept; wants ClickHouse 19.6 or later.
ALTER TABLE synfin.conns
    MODIFY TTL toDateTime(intDiv(ts_ns, 1000000000)) + INTERVAL 30 DAY;
