-- What is missing here, by the shippers' own count?
SELECT
    host,
    max(shipped_rows) AS shipped,
    max(dropped_rows) AS dropped,
    max(lost_records) AS lost,
    toDateTime(intDiv(max(ts_ns), 1000000000)) AS heard_of
FROM @DATABASE@.shippers
GROUP BY host
ORDER BY dropped + lost DESC, host
LIMIT 1000
