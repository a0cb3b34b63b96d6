-- Which hosts leak CLOSE_WAIT: were told the end, and never closed?
SELECT
    if(closed_by = 'client', server, client) AS leaks,
    if(closed_by = 'client', 'server', 'client') AS as_the,
    server_port,
    count() AS connections,
    uniq(if(closed_by = 'client', client, server)) AS peers
FROM @DATABASE@.conns FINAL
WHERE close = 'half-closed'
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY leaks, as_the, server_port
ORDER BY connections DESC, leaks
LIMIT 20
