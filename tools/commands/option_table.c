// SPDX-License-Identifier: GPL-2.0
/*
 * Every option: how it is called, who takes it, what it does. Parsing, checks, help and
 * completion come from here. What takes a value is in option_take.c and option_which.c.
 */
#include <stddef.h>

#include "commands/cmd.h"
#include "commands/option_take.h"

/* Those that read records. */
#define READERS	(CMD_CONNS | CMD_PHASES | CMD_LADDER | CMD_RECORD | CMD_LATENCY | CMD_REPORT)
/* Those that show what came of connections. */
#define SHOWERS	(CMD_CONNS | CMD_PHASES | CMD_LADDER | CMD_LATENCY | CMD_REPORT)
#define OWNED	(SHOWERS | CMD_TOP | CMD_FLOWS)
#define TABLES	(CMD_CONNS | CMD_PHASES | CMD_FLOWS | CMD_LISTENERS)
#define FILTERS	(READERS | CMD_FLOWS | CMD_TOP)

#define AT(member)	.offset = offsetof(struct options, member)
#define WHERE		.section = "Where from"
#define WHICH		.section = "Which"
#define HOW		.section = "How"

#define OPEN_WORDS "established simultaneous refused unreachable unanswered unacknowledged aborted midstream"
#define CLOSE_WORDS "none open four-way three-way simultaneous reset half-closed evicted"

#define PROTOCOL_WORDS "none unknown http1 http2 tls ssh smtp ftp"

#define GROUP_WORDS "server client service outcome open close closed-by netns protocol status " \
	"dropped comm cgroup"
#define DROP_WORDS "any netfilter accept-queue syn-queue no-socket no-route martian " \
	"rp-filter checksum qdisc neighbour"

#define RFC_WORDS "syn-sent syn-received established fin-wait-1 fin-wait-2 close-wait closing last-ack time-wait"

const struct option_row option_table[] = {
	{ "read", 'r', "FILE", READERS, WHERE, .take = take_file, .many = true,
	  .words = "FILE",
	  .help = "a recording or a capture, of one kind if several; - is stdin" },
	{ "source", 0, "NAME", READERS | CMD_TOP, WHERE, .take = take_source,
	  .words = "ring trace",
	  .help = "ring (the default) or trace, the tracepoints" },
	{ "ring-file", 0, "FILE", READERS | CMD_TOP | CMD_STATS, WHERE,
	  .take = take_text, AT(ring), .words = "FILE",
	  .help = "another file than /proc/net/synfin/ring" },
	{ "proc", 0, "FOLDER", CMD_FLOWS | CMD_LISTENERS | CMD_STATS | CMD_OVERVIEW, WHERE,
	  .take = take_text,
	  AT(proc), .words = "FOLDER",
	  .help = "another folder than /proc/net/synfin, as one with copies" },
	{ "follow", 0, NULL, READERS, WHERE, .take = take_follow, .value = true,
	  .help = "wait for more (the default, but for a file)" },
	{ "no-follow", 0, NULL, READERS, WHERE, .take = take_follow, .value = false,
	  .help = "end with what is there now" },
	{ "sni", 0, NULL, READERS, WHERE, AT(sni), .value = true,
	  .help = "with the server names in a capture's TLS, which are personal data" },
	{ "count", 'n', "COUNT", READERS | CMD_FLOWS | CMD_TOP, WHERE, .take = take_count,
	  .words = "1 10 100",
	  .help = "end after so many connections, or phases" },
	{ "duration", 'd', "SECONDS", READERS | CMD_TOP, WHERE,
	  .take = take_seconds, .words = "1 10 60", .help = "end after so long" },
	{ "from", 0, "now", SHOWERS, WHERE, .take = take_from, .words = "now",
	  .help = "pass over what was there before" },
	{ "last", 0, "DURATION", SHOWERS | CMD_RECORD, WHERE, .take = take_last,
	  .words = "1m 10m 1h", .optional = true,
	  .help = "what there is from so long ago until now, or all of it, and no more;"
		  " of a file: until its last record" },
	{ "since", 0, "TIME", SHOWERS | CMD_RECORD, WHERE, .take = take_time,
	  AT(filter.since_ns), .words = "10m 1h",
	  .help = "what was there then or later: 17:04, 2026-11-28T17:04:05, 10m ago" },
	{ "until", 0, "TIME", SHOWERS | CMD_RECORD, WHERE, .take = take_time,
	  AT(filter.until_ns), .words = "10m 1h",
	  .help = "what was there then or before" },

	{ "port", 0, "PORT", FILTERS, WHICH, .take = take_ends,
	  .value = FILTER_PORT, .many = true, .words = "http https ssh",
	  .help = "with this port at either end: 80, https, 8000-8099; a list, !80" },
	{ "host", 0, "ADDRESS", FILTERS, WHICH, .take = take_ends,
	  .value = FILTER_HOST, .many = true, .words = "127.0.0.1 ::1",
	  .help = "with this address at either end: 10.0.0.0/8, ::1; a list, !::1" },
	{ "client", 0, "ADDRESS", FILTERS, WHICH, .take = take_ends,
	  .value = FILTER_CLIENT, .many = true, .words = "127.0.0.1 ::1",
	  .help = "with this client: an address, a network, a port, or both" },
	{ "server", 0, "ADDRESS", FILTERS, WHICH, .take = take_ends,
	  .value = FILTER_SERVER, .many = true, .words = "127.0.0.1 ::1",
	  .help = "with this server: 10.0.0.2:https, [::1]:80, 10.0.0.0/8" },
	{ "service", 0, "PORT", FILTERS, WHICH, .take = take_ends,
	  .value = FILTER_SERVICE, .many = true, .words = "http https ssh",
	  .help = "with this port at the server" },
	{ "netns", 0, "NETNS", FILTERS, WHICH, .take = take_netns, .many = true,
	  .words = "FILE",
	  .help = "of this network namespace: its name, or ls -L -i /proc/PID/ns/net" },
	{ "ipv4", '4', NULL, FILTERS, WHICH, .take = take_family, .value = 4,
	  .help = "over IPv4" },
	{ "ipv6", '6', NULL, FILTERS, WHICH, .take = take_family, .value = 6,
	  .help = "over IPv6" },
	{ "filter", 0, "EXPRESSION", FILTERS, WHICH, .take = take_filter,
	  .words = "tcp port",
	  .help = "as of tcpdump: 'host 10.0.0.1 and not port 22'" },
	{ "failed", 0, NULL, SHOWERS | CMD_TOP, WHICH, .take = take_failed,
	  .help = "only those that did not open" },
	{ "open", 0, "OPENING", SHOWERS | CMD_TOP, WHICH, .take = take_open, .many = true,
	  .words = OPEN_WORDS, .help = "opened so, as refused,unanswered or !established" },
	{ "close", 0, "CLOSING", SHOWERS | CMD_TOP, WHICH, .take = take_close, .many = true,
	  .words = CLOSE_WORDS, .help = "closed so, as reset,half-closed" },
	{ "closed-by", 0, "END", SHOWERS | CMD_TOP, WHICH, .take = take_closed_by,
	  .many = true, .words = "client server both nobody",
	  .help = "closed by client, server, both or nobody" },
	{ "dropped", 0, "REASON", SHOWERS | CMD_TOP, WHICH, .take = take_dropped,
	  .many = true, .words = DROP_WORDS,
	  .help = "a segment of which this host dropped, as netfilter,no-socket, or any" },
	{ "pid", 0, "PID", OWNED, WHICH, .take = take_owner,
	  .value = FILTER_PID, .many = true, .words = "",
	  .help = "opened by this process, or taken by its listener; a list, !1" },
	{ "comm", 0, "COMMAND", OWNED, WHICH, .take = take_owner,
	  .value = FILTER_COMM, .many = true, .words = "curl nginx",
	  .help = "of a process with this command, as curl, post*; a list, !sshd" },
	{ "cgroup", 0, "CGROUP", OWNED, WHICH, .take = take_owner,
	  .value = FILTER_CGROUP, .many = true, .words = "/system.slice /user.slice",
	  .help = "of this control group or one below it, as /system.slice, or its number" },
	{ "ftp-control", 0, "ID", OWNED, WHICH, .take = take_ftp_control, .many = true,
	  .words = "any none",
	  .help = "FTP's data that the connection with this ID announced, or any; none: no such" },
	{ "protocol", 0, "PROTOCOL", SHOWERS | CMD_TOP, WHICH, .take = take_protocol,
	  .many = true, .words = PROTOCOL_WORDS,
	  .help = "whose first bytes are of http1, http2, tls, ssh, smtp, ftp, unknown; a list" },
	{ "status", 0, "STATUS", SHOWERS | CMD_TOP, WHICH, .take = take_status,
	  .many = true, .words = "200 404 4xx 5xx",
	  .help = "whose first HTTP/1 response has this status: 404, 500-599, 5xx, !200" },
	{ "slower-than", 0, "DURATION", SHOWERS | CMD_TOP, WHICH,
	  .take = take_slower, .many = true,
	  .words = "100ms server:100ms client:100ms close:1s life:1m response:1s tls:1s request:1s",
	  .help = "whose handshake took longer: 100ms; server:100ms, client:, close:, life:, "
		  "response:, tls:, request:" },

	{ "state", 0, "STATE", CMD_FLOWS, WHICH, .take = take_state, .many = true,
	  .words = RFC_WORDS,
	  .help = "one end is in this state of RFC 9293, as close-wait; a list, !established" },
	{ "older-than", 0, "DURATION", CMD_FLOWS, WHICH, .take = take_older,
	  .words = "1m 1h", .help = "that began before, as 1m" },

	{ "json", 0, NULL, TABLES | CMD_STATS | CMD_LATENCY | CMD_OVERVIEW, HOW,
	  AT(json), .value = true,
	  .help = "an object a line" },
	{ "csv", 0, NULL, TABLES | CMD_LATENCY, HOW, AT(csv), .value = true,
	  .help = "the same with commas, but for the segments of connections" },
	{ "group-by", 0, "WHAT", CMD_CONNS | CMD_LATENCY, HOW, .take = take_text,
	  AT(group_by), .words = GROUP_WORDS,
	  .help = "count and percentiles by server, client, service, outcome; a list" },
	{ "sort", 0, "COLUMN", TABLES | CMD_LATENCY, HOW, .take = take_text, AT(sort),
	  .words = "COLUMNS",
	  .help = "in the order of a column, the largest first; -COLUMN: the smallest" },
	{ "no-phases", 0, NULL, CMD_CONNS, HOW, AT(bare), .value = true,
	  .help = "objects without the segments" },
	{ "output", 'o', "COLUMNS", TABLES, HOW, .take = take_text, AT(columns),
	  .words = "COLUMNS",
	  .help = "these columns, as TIME,CLIENT; +ID adds one; help lists them" },
	{ "output", 'o', "FILE", CMD_RECORD | CMD_REPORT, HOW, .take = take_text, AT(output),
	  .words = "FILE", .help = "the file to be made; - is stdout" },
	{ "rotate", 0, "WHEN", CMD_RECORD, HOW, .take = take_rotate, .many = true,
	  .words = "100M 1G 1h 1d",
	  .help = "begin another file after so much or so long; the last is FILE.1" },
	{ "keep", 0, "COUNT", CMD_RECORD, HOW, .take = take_keep, .words = "10 100",
	  .help = "with --rotate, so many files before it (10)" },
	{ "pcapng", 0, NULL, CMD_RECORD, HOW, AT(pcapng), .value = true,
	  .help = "segments as packets, for Wireshark, with what came of each connection" },
	{ "compress", 0, "FORMAT", CMD_RECORD, HOW, .take = take_compress, .optional = true,
	  .words = "zstd gzip xz bzip2 none",
	  .help = "as zstd, gzip, xz or bzip2; the default is by the name: FILE.zst" },
	{ "no-headings", 0, NULL, TABLES | CMD_STATS | CMD_LATENCY, HOW, AT(headings),
	  .value = false, .help = "rows only" },
	{ "quiet", 'q', NULL, READERS | CMD_FLOWS, HOW, AT(quiet), .value = true,
	  .help = "no closing line" },
	{ "time", 0, "STYLE", CMD_CONNS | CMD_PHASES, HOW, .take = take_time_style,
	  .words = "local iso epoch relative",
	  .help = "the time, as local (of day), iso, epoch or relative to the first" },
	{ "ascii", 0, NULL, TABLES | CMD_LADDER | CMD_TOP | CMD_LATENCY, HOW, AT(utf8),
	  .value = false, .help = "draw with ASCII only" },
	{ "utf8", 0, NULL, TABLES | CMD_LADDER | CMD_TOP | CMD_LATENCY, HOW, AT(utf8),
	  .value = true, .help = "draw with all that there is (as the locale says)" },
	{ "color", 0, "WHEN", TABLES | CMD_LADDER | CMD_TOP | CMD_OVERVIEW, HOW,
	  .take = take_color, .words = "auto always never",
	  .help = "auto (the default), always or never" },
	{ "numeric", 0, NULL, TABLES | CMD_LADDER | CMD_TOP | CMD_LATENCY | CMD_REPORT, HOW,
	  AT(numeric),
	  .value = true, .help = "port numbers, not the names of services" },
	{ "svg", 0, NULL, CMD_LADDER, HOW, AT(svg), .value = true,
	  .help = "a picture, of what there is now; -n 10 is the default" },
	{ "absolute", 0, NULL, CMD_LADDER, HOW, AT(absolute), .value = true,
	  .help = "sequence numbers as on the wire" },
	{ "relative", 0, NULL, CMD_LADDER, HOW, AT(absolute), .value = false,
	  .help = "counted from the first one, x and y (the default)" },
	{ "batch", 0, NULL, CMD_TOP, HOW, AT(batch), .value = true,
	  .help = "a table each second, -n of them, for a file or a pipe" },
	{ "explain", 0, NULL, CMD_STATS, HOW, AT(explain), .value = true,
	  .help = "say what each counter means" },
	{ "help", 'h', NULL, (uint32_t)CMD_ALL, .section = "Other",
	  .help = "this text, or with a command what it can do" },
	{ "version", 0, NULL, (uint32_t)CMD_ALL, .section = "Other",
	  .help = "the version" },
	{ .name = NULL },
};
