-- Which hosts drop segments of handshakes and closes, and why?
SELECT
    host,
    drop_reason,
    server_port,
    count() AS connections,
    sum(drop_count) AS segments,
    countIf(open NOT IN ('established', 'simultaneous', 'midstream')) AS failed
FROM @DATABASE@.conns FINAL
WHERE drop_count > 0
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY host, drop_reason, server_port
ORDER BY segments DESC, host
LIMIT 20
