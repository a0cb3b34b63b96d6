-- How long do handshakes take, by service?
SELECT
    server_port,
    any(service) AS name,
    count() AS connections,
    round(quantile(0.5)(handshake_ns) / 1e6, 3) AS p50_ms,
    round(quantile(0.99)(handshake_ns) / 1e6, 3) AS p99_ms,
    round(quantile(0.99)(server_rtt_ns) / 1e6, 3) AS server_p99_ms,
    round(quantile(0.99)(client_rtt_ns) / 1e6, 3) AS client_p99_ms
FROM @DATABASE@.conns FINAL
WHERE handshake_ns IS NOT NULL
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY server_port
ORDER BY p99_ms DESC, server_port
LIMIT 20
