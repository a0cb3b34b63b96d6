-- Servers before 19.6, which have no TTL: prints what drops the days that are over.
--	clickhouse-client < expire.sql | clickhouse-client --multiquery
SELECT DISTINCT concat('ALTER TABLE synfin.conns DROP PARTITION ', partition, ';')
FROM system.parts
WHERE active AND database = 'synfin' AND table = 'conns'
    AND toUInt32(partition) < toYYYYMMDD(today() - 30)
ORDER BY partition
FORMAT TSVRaw
