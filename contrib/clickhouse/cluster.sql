-- After schema.sql on every server: one view of all shards of the cluster `synfin`
-- (remote_servers in the server's configuration). Ship and ask with --database
-- synfin_all. A host's rows are on one shard, so that FINAL sees both of a pair.

CREATE DATABASE IF NOT EXISTS synfin_all;

CREATE TABLE IF NOT EXISTS synfin_all.conns AS synfin.conns
ENGINE = Distributed(synfin, synfin, conns, cityHash64(host));

CREATE TABLE IF NOT EXISTS synfin_all.shippers AS synfin.shippers
ENGINE = Distributed(synfin, synfin, shippers, cityHash64(host));
