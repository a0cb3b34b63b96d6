-- Which service fails most, and why?
SELECT
    server_port,
    any(service) AS name,
    count() AS connections,
    countIf(open NOT IN ('established', 'simultaneous', 'midstream')) AS failed,
    round(100 * failed / connections, 2) AS percent,
    countIf(open = 'refused') AS refused,
    countIf(open = 'unreachable') AS unreachable,
    countIf(open = 'unanswered') AS unanswered,
    countIf(open = 'unacknowledged') AS unacknowledged,
    countIf(open = 'aborted') AS aborted,
    uniq(host) AS hosts
FROM @DATABASE@.conns FINAL
WHERE ts_ns >= toUInt64(toUnixTimestamp(now()) - @HOURS@ * 3600) * 1000000000
GROUP BY server_port
ORDER BY failed DESC, server_port
LIMIT 20
