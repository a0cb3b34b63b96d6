-- What changed, against as many hours before?
SELECT
    server_port,
    countIf(recent) AS now_connections,
    countIf(NOT recent) AS then_connections,
    round(100 * countIf(recent AND failed) / now_connections, 2) AS now_failed,
    round(100 * countIf(NOT recent AND failed) / then_connections, 2) AS then_failed,
    round(quantileIf(0.99)(handshake_ns, recent) / 1e6, 3) AS now_p99_ms,
    round(quantileIf(0.99)(handshake_ns, NOT recent) / 1e6, 3) AS then_p99_ms
FROM
(
    SELECT
        server_port,
        handshake_ns,
        open NOT IN ('established', 'simultaneous', 'midstream') AS failed,
        ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
            AS recent
    FROM @DATABASE@.conns FINAL
    WHERE ts_ns >= toUInt64(toUnixTimestamp(now()) - 2 * @HOURS@ * 3600)
        * 1000000000
)
GROUP BY server_port
ORDER BY abs(now_connections - then_connections) DESC, server_port
LIMIT 20
