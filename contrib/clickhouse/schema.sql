-- Tables for synfin ship. Any ClickHouse from 18.16 on takes this:
--	clickhouse-client --multiquery < schema.sql
-- Then ttl.sql, and on a cluster cluster.sql.

CREATE DATABASE IF NOT EXISTS synfin;

-- A connection, as a line of `synfin conns --json`, and whose it is. One that is
-- sent twice is one: queries say FINAL. What is not known is NULL.
CREATE TABLE IF NOT EXISTS synfin.conns
(
    host String,
    boot String,
    id UInt64,
    ts_ns UInt64,
    netns Nullable(UInt32),
    family UInt8,
    client String,
    client_port UInt16,
    server String,
    server_port UInt16,
    service Nullable(String),
    open String,
    close Nullable(String),
    closed_by Nullable(String),
    handshake_ns Nullable(UInt64),
    server_rtt_ns Nullable(UInt64),
    client_rtt_ns Nullable(UInt64),
    duration_ns Nullable(UInt64),
    close_ns Nullable(UInt64),
    half_close_ns Nullable(UInt64),
    syn_count UInt16,
    syn_ack_count UInt16,
    fin_count UInt16,
    rst_count UInt16,
    bytes_client Nullable(UInt64),
    bytes_server Nullable(UInt64),
    bytes_partial UInt8,
    conn_state String,
    history String,
    completeness UInt8,
    client_guessed UInt8,
    syn_data UInt8,
    unaccepted UInt8 DEFAULT 0,
    drop_reason Nullable(String),
    drop_hook Nullable(String),
    drop_count Nullable(UInt16),
    icmp_type Nullable(UInt8),
    icmp_code Nullable(UInt8),
    icmp_from Nullable(String),
    process Nullable(String),
    pid Nullable(UInt32),
    comm Nullable(String),
    cgroup Nullable(String),
    cgroup_id Nullable(UInt64),
    socket Nullable(UInt64),
    ftp_control Nullable(UInt64),
    protocol Nullable(String),
    method Nullable(String),
    status Nullable(UInt16),
    first_by Nullable(String),
    first_request_ns Nullable(UInt64),
    first_response_ns Nullable(UInt64),
    tls_version Nullable(String),
    tls_resumed Nullable(UInt8),
    tls_retry Nullable(UInt8),
    tls_client_cert Nullable(UInt8),
    tls_alert Nullable(UInt8),
    tls_alert_name Nullable(String),
    tls_alert_by Nullable(String),
    tls_handshake_ns Nullable(UInt64),
    tls_request_ns Nullable(UInt64),
    tls_response_ns Nullable(UInt64),
    sni Nullable(String),
    alpn Nullable(String)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(toDateTime(intDiv(ts_ns, 1000000000)))
ORDER BY (server_port, host, boot, id);

-- What became of rows, by the shippers' own count: the last row of each is valid.
CREATE TABLE IF NOT EXISTS synfin.shippers
(
    host String,
    boot String,
    ts_ns UInt64,
    shipped_rows UInt64,
    dropped_rows UInt64,
    lost_records UInt64
)
ENGINE = ReplacingMergeTree(ts_ns)
ORDER BY (host, boot);
