-- How long do handshakes take, by client network (/24, /48)?
SELECT
    if(family = 4,
       replaceRegexpOne(client, '[.][0-9]+$', '.0/24'),
       replaceRegexpOne(client, '^([0-9a-f]*:[0-9a-f]*:[0-9a-f]*):.*$',
                        '\\1::/48')) AS network,
    count() AS connections,
    round(quantile(0.5)(handshake_ns) / 1e6, 3) AS p50_ms,
    round(quantile(0.99)(handshake_ns) / 1e6, 3) AS p99_ms,
    round(quantile(0.99)(client_rtt_ns) / 1e6, 3) AS client_p99_ms
FROM @DATABASE@.conns FINAL
WHERE handshake_ns IS NOT NULL
    AND ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY network
ORDER BY p99_ms DESC, network
LIMIT 20
