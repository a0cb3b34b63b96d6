// SPDX-License-Identifier: GPL-2.0
/*
 * synfin ship: sends each connection to ClickHouse, at least once.
 *
 *	source -> row -> spool on disk -> sender -> server
 *
 * If the spool can take no more, reading waits: the ring goes on meanwhile, and
 * what it overwrites is counted. synfin ask comes here as well.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "commands/pipeline.h"
#include "ship/place.h"
#include "daemon/ring_id.h"
#include "ship/seen.h"
#include "daemon/service.h"
#include "output/complain.h"
#include "output/fmt.h"
#include "ship/ask.h"
#include "ship/row.h"
#include "ship/sender.h"
#include "sources/ring_map.h"
#include "views/view_json.h"

#define BATCH	65536u		/* bytes that are committed at once */
#define HOST	65		/* as HOST_NAME_MAX */

static const char help[] =
"Usage: synfin ship --url URL --spool FOLDER [OPTION...]\n"
"\n"
"Sends each connection that has ended to ClickHouse, at least once.\n"
"\n"
"      --url URL              of its HTTP interface, as http://host:8123; of\n"
"                             several, the next is tried when one fails\n"
"      --database NAME        that has the tables (synfin)\n"
"      --user NAME            and\n"
"      --password-file FILE   its password, the file's first line\n"
"      --spool FOLDER         keeps rows until they are sent\n"
"      --spool-limit MIB      at most; then the oldest are dropped (1024)\n"
"      --interval SECONDS     from one batch to the next (10)\n"
"      --host NAME            this machine's name in rows (its host name)\n"
"  -r, --read FILE            a recording or a capture instead of what is live\n"
"      --ring-file FILE       another file than /proc/net/synfin/ring; - is stdin\n"
"  -h, --help                 this text\n";

enum {
	OPT_URL = SERVICE_OPTION,
	OPT_DATABASE,
	OPT_USER,
	OPT_PASSWORD_FILE,
	OPT_SPOOL,
	OPT_SPOOL_LIMIT,
	OPT_INTERVAL,
	OPT_HOST,
};

static const struct option longs[] = {
	{ "url", required_argument, NULL, OPT_URL },
	{ "database", required_argument, NULL, OPT_DATABASE },
	{ "user", required_argument, NULL, OPT_USER },
	{ "password-file", required_argument, NULL, OPT_PASSWORD_FILE },
	{ "spool", required_argument, NULL, OPT_SPOOL },
	{ "spool-limit", required_argument, NULL, OPT_SPOOL_LIMIT },
	{ "interval", required_argument, NULL, OPT_INTERVAL },
	{ "host", required_argument, NULL, OPT_HOST },
	{ "read", required_argument, NULL, 'r' },
	{ "ring-file", required_argument, NULL, SERVICE_RING_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

/**
 * struct shipper - all of it
 * @opt:	where records come from
 * @path:	of the spool
 * @password_file: or NULL
 * @host:	this machine's name
 * @boot:	which load of the module, or which file
 * @boot_id:	its number
 * @spool:	rows on disk
 * @sender:	the thread that sends them
 * @seen:	connections that are in the spool, or were
 * @place:	in the ring, up to which they are all that there were
 * @row:	where a row is made
 * @batch:	rows that are not committed yet
 * @len:	bytes of them
 * @lost:	records that the source has lost, as far as they are counted
 */
struct shipper {
	struct options opt;
	const char *path;
	const char *password_file;
	char host[HOST];
	char boot[32];
	uint64_t boot_id;
	struct spool spool;
	struct sender sender;
	struct seen seen;
	struct place place;
	struct out row;
	char batch[BATCH + OUT_ROOM];
	size_t len;
	uint64_t lost;
};

static int add_url(struct sender *s, char *url)
{
	size_t len = strlen(url);

	if (strncmp(url, "http://", 7) && strncmp(url, "https://", 8))
		return complain("--url %s: http://host:8123 is wanted", url);
	if (s->nr_urls == SENDER_URLS)
		return complain("--url: %u are enough", SENDER_URLS);
	while (len && url[len - 1] == '/')
		url[--len] = '\0';
	s->url[s->nr_urls++] = url;
	return 0;
}

/* Both get into queries and rows as they are. */
static int check_name(const char *option, const char *name, const char *more)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
	size_t len = 0;

	while (name[len] && (strchr(allowed, name[len]) || strchr(more, name[len])))
		len++;
	if (!len || name[len] || len >= HOST)
		return complain("%s %s: letters, digits and _%s are wanted",
				option, name, more);
	return 0;
}

static int take_option(void *ctx, int option)
{
	struct shipper *s = ctx;
	unsigned int n;

	switch (option) {
	case OPT_URL:
		return add_url(&s->sender, optarg);
	case OPT_DATABASE:
		s->sender.database = optarg;
		return check_name("--database", optarg, "");
	case OPT_USER:
		s->sender.user = optarg;
		return 0;
	case OPT_PASSWORD_FILE:
		s->password_file = optarg;
		return 0;
	case OPT_SPOOL:
		s->path = optarg;
		return 0;
	case OPT_SPOOL_LIMIT:
		if (service_number("--spool-limit", optarg, 1048576, &n))
			return -1;
		s->spool.limit = (uint64_t)n << 20;
		return 0;
	case OPT_INTERVAL:
		return service_number("--interval", optarg, 3600, &s->spool.age);
	case OPT_HOST:
		if (check_name("--host", optarg, ".-"))
			return -1;
		strcpy(s->host, optarg);
		return 0;
	default:
		return -1;
	}
}

static int check_options(void *ctx)
{
	const struct shipper *s = ctx;

	if (!s->sender.nr_urls)
		return complain("ship: where to? try: --url http://localhost:8123");
	if (!s->path)
		return complain("ship: --spool FOLDER is needed: rows wait there");
	return 0;
}

static int read_password(struct shipper *s)
{
	static char password[256];
	FILE *f;

	if (!s->password_file)
		return 0;
	f = fopen(s->password_file, "re");
	if (!f || !fgets(password, sizeof(password), f)) {
		complain_file(s->password_file, f ? EIO : errno, NULL);
		if (f)
			fclose(f);
		return -1;
	}
	fclose(f);
	password[strcspn(password, "\r\n")] = '\0';
	s->sender.password = password;
	return 0;
}

/* A file has its contents for a name: sent again, its rows are the same rows. */
static int name_file(struct shipper *s)
{
	uint64_t hash = 14695981039346656037ull;
	uint8_t text[4096];
	ssize_t n = 0;
	int fd = open(s->opt.file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		n = read(fd, text, sizeof(text));
		close(fd);
	}
	for (ssize_t i = 0; i < n; i++)
		hash = (hash ^ text[i]) * 1099511628211ull;
	snprintf(s->boot, sizeof(s->boot), "file-%016llx",
		 (unsigned long long)hash);
	return 0;
}

static int name_source(struct shipper *s)
{
	size_t capacity = 0;

	if (!*s->host) {
		if (gethostname(s->host, sizeof(s->host) - 1))
			return complain("the host's name: %s", strerror(errno));
		if (check_name("--host", s->host, ".-"))
			return -1;
	}
	if (s->opt.file)
		return name_file(s) || seen_open(&s->seen, -1, 0, 0);
	if (ring_id(s->opt.ring ? s->opt.ring : RING_PATH, &s->boot_id, &capacity))
		return -1;
	snprintf(s->boot, sizeof(s->boot), "%016llx", (unsigned long long)s->boot_id);
	return seen_open(&s->seen, s->spool.folder, s->boot_id, capacity);
}

/*
 * Commits what there is; while the disk is full, waits. Return: false if it is time
 * to end, and these rows had to be dropped.
 */
static bool commit(struct shipper *s)
{
	int err, said = 0;

	while (s->len && (err = spool_append(&s->spool, s->batch, s->len))) {
		if (said != err)
			complain("%s: %s: reading waits", s->path, strerror(err));
		said = err;
		if (interrupted) {
			spool_count(&s->spool, 0, spool_rows(s->batch, s->len), 0);
			s->len = 0;
			return false;
		}
		interrupt_wait(-1, 100);
	}
	s->len = 0;
	seen_save(&s->seen);
	return true;
}

/* The line of synfin conns --json, with whose it is in front. */
static void make_row(struct shipper *s, const struct conn *c)
{
	char *p = out_room(&s->row, OUT_ROOM), *rest;

	p = FMT_LITERAL(p, "{\"host\":\"");
	p = fmt_text(p, s->host);
	p = FMT_LITERAL(p, "\",\"boot\":\"");
	p = fmt_text(p, s->boot);
	*p++ = '"';
	out_used(&s->row, p);
	rest = p;
	json_conn(&s->row, c, true);
	*rest = ',';
	s->row.len = row_trim(s->row.buf, s->row.len);
}

static bool on_conn(struct pipeline *w, const struct conn *c)
{
	struct shipper *s = w->ctx;
	struct conn bare = { .sum = c->sum, .tls = c->tls, .ended = c->ended };

	if (seen_before(&s->seen, c->sum.head.id))
		return true;
	make_row(s, &bare);
	if (s->len + s->row.len > sizeof(s->batch) && !commit(s))
		return false;
	memcpy(s->batch + s->len, s->row.buf, s->row.len);
	s->len += s->row.len;
	s->row.len = 0;
	seen_add(&s->seen, c->sum.head.id);
	return s->len < BATCH || commit(s);
}

static void count_lost(struct pipeline *w)
{
	struct shipper *s = w->ctx;
	uint64_t lost = w->src->lost;

	if (lost != s->lost)
		spool_count(&s->spool, 0, 0, lost - s->lost);
	s->lost = lost;
}

/* All that was handed on is in the spool, or counted: now the place is safe. */
static bool settle(struct pipeline *w)
{
	struct shipper *s = w->ctx;
	bool good;

	count_lost(w);
	good = commit(s);
	place_note(&s->place, w->src);
	place_save(&s->place);
	return good;
}

static bool on_idle(struct pipeline *w)
{
	struct shipper *s = w->ctx;

	if (!settle(w))
		return false;
	spool_age(&s->spool);
	return true;
}

static void on_end(struct pipeline *w)
{
	settle(w);
}

static int run(struct shipper *s)
{
	static const struct view view = {
		.conn = on_conn, .bare = true, .drain = true, .idle = on_idle,
		.end = on_end,
	};
	struct pipeline w = { .opt = &s->opt, .view = &view, .ctx = s };
	int status;

	w.src = source_open(&s->opt);
	if (!w.src)
		return EXIT_FAILURE;
	if (place_open(&s->place, s->opt.file ? -1 : s->spool.folder, s->boot_id,
		       w.src) ||
	    out_open(&w.out, STDOUT_FILENO, "stdout")) {
		w.src->close(w.src);
		return EXIT_FAILURE;
	}
	status = pipeline_run(&w);
	if (!commit(s))
		status = EXIT_FAILURE;
	spool_close_segment(&s->spool);
	return status;
}

static int ship(struct shipper *s)
{
	int status;

	/* So that dropping the oldest one leaves most of what there is. */
	if (s->spool.segment > s->spool.limit / 8)
		s->spool.segment = s->spool.limit / 8;
	if (read_password(s) || interrupt_setup(0) || spool_open(&s->spool, s->path))
		return EXIT_FAILURE;
	if (name_source(s) || out_open(&s->row, -1, "") ||
	    sender_start(&s->sender))
		return EXIT_FAILURE;
	status = run(s);
	if (sender_finish(&s->sender) && s->opt.file)
		status = EXIT_FAILURE;
	seen_close(&s->seen);
	place_close(&s->place);
	spool_close(&s->spool);
	return status;
}

int main(int argc, char **argv)
{
	static struct shipper s = {
		.spool = { .limit = 1024ull << 20, .segment = 8 << 20, .age = 10 },
		.sender = { .database = "synfin" },
	};
	const struct service service = {
		.name = "ship", .help = help, .longs = longs, .take = take_option,
		.check = check_options, .ctx = &s, .opt = &s.opt,
	};
	int status;

	if (argc && !strcmp(argv[0], "ask")) {
		setlocale(LC_CTYPE, "");
		return ask(argc, argv);
	}
	status = service_begin(&service, argc, argv);
	if (status)
		return status;
	s.sender.spool = &s.spool;
	s.sender.host = s.host;
	s.sender.boot = s.boot;
	return ship(&s);
}
