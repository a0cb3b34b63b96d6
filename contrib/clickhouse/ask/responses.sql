-- Where does the time go: network, TLS, or the application?
SELECT
    server_port,
    any(service) AS name,
    any(protocol) AS speaks,
    count() AS connections,
    round(quantile(0.99)(handshake_ns) / 1e6, 3) AS tcp_p99_ms,
    round(quantile(0.99)(tls_handshake_ns) / 1e6, 3) AS tls_p99_ms,
    round(quantile(0.5)(first_response_ns) / 1e6, 3) AS response_p50_ms,
    round(quantile(0.99)(first_response_ns) / 1e6, 3) AS response_p99_ms
FROM @DATABASE@.conns FINAL
WHERE first_response_ns IS NOT NULL
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY server_port
ORDER BY response_p99_ms DESC, server_port
LIMIT 20
