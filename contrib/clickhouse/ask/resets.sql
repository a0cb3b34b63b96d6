-- Who resets whom?
SELECT
    closed_by AS by,
    server,
    server_port,
    count() AS resets,
    uniq(client) AS clients,
    any(client) AS one_client
FROM @DATABASE@.conns FINAL
WHERE close = 'reset'
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY by, server, server_port
ORDER BY resets DESC, server, server_port
LIMIT 20
