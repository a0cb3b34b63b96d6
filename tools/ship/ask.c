// SPDX-License-Identifier: GPL-2.0
/*
 * synfin ask: the questions are files of SQL beside the tables' own. In them,
 * @DATABASE@ and @HOURS@ stand for what the command line says.
 */
#include <curl/curl.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/service.h"
#include "output/complain.h"
#include "ship/ask.h"

#define QUERY	65536u

static const char help[] =
"Usage: synfin ask QUESTION [OPTION...]\n"
"\n"
"Asks ClickHouse about the connections that synfin ship sent there.\n"
"\n"
"      --url URL              of its HTTP interface (http://localhost:8123)\n"
"      --database NAME        that has the tables (synfin)\n"
"      --user NAME            with the password of $CLICKHOUSE_PASSWORD\n"
"      --hours HOURS          look back so far (24)\n"
"      --format NAME          of the answer, as ClickHouse calls it\n"
"      --sql                  show the question instead\n"
"  -h, --help                 this text\n"
"\n"
"Questions:\n";

enum { OPT_URL = 256, OPT_DATABASE, OPT_USER, OPT_HOURS, OPT_FORMAT, OPT_SQL };

static const struct option longs[] = {
	{ "url", required_argument, NULL, OPT_URL },
	{ "database", required_argument, NULL, OPT_DATABASE },
	{ "user", required_argument, NULL, OPT_USER },
	{ "hours", required_argument, NULL, OPT_HOURS },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "sql", no_argument, NULL, OPT_SQL },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

struct question {
	const char *url;
	const char *database;
	const char *user;
	const char *format;
	unsigned int hours;
	bool sql;
	char query[QUERY];
};

/* Where they are: beside this program's sources, or installed. */
static const char *folder(void)
{
	static char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof(path) - 64);

	while (len > 0 && path[len - 1] != '/')
		len--;
	if (len > 0) {
		strcpy(path + len, "../contrib/clickhouse/ask");
		if (!access(path, R_OK))
			return path;
	}
	return SYNFIN_SHARE "/clickhouse/ask";
}

/* The first line of each says what it asks. */
static void list(void)
{
	struct dirent **entries;
	int nr = scandir(folder(), &entries, NULL, alphasort);
	char path[4400], line[256];
	FILE *f;

	for (int i = 0; i < nr; i++) {
		const char *end = strstr(entries[i]->d_name, ".sql");

		snprintf(path, sizeof(path), "%s/%s", folder(), entries[i]->d_name);
		f = end ? fopen(path, "re") : NULL;
		if (f && fgets(line, sizeof(line), f))
			printf("  %-12.*s %s", (int)(end - entries[i]->d_name),
			       entries[i]->d_name,
			       strncmp(line, "-- ", 3) ? line : line + 3);
		if (f)
			fclose(f);
		free(entries[i]);
	}
	if (nr >= 0)
		free(entries);
}

static int append(struct question *q, size_t *len, const char *text, size_t n)
{
	if (*len + n >= sizeof(q->query))
		return complain("the question is too long");
	memcpy(q->query + *len, text, n);
	*len += n;
	q->query[*len] = '\0';
	return 0;
}

static FILE *open_question(const char *name)
{
	char path[4400];

	snprintf(path, sizeof(path), "%s/%s.sql", folder(), name);
	return strchr(name, '/') ? NULL : fopen(path, "re");
}

/* Reads a question, with its words replaced. */
static int read_question(struct question *q, FILE *f)
{
	char text[QUERY], hours[16];
	const char *p = text, *at;
	size_t n, len = 0;

	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	snprintf(hours, sizeof(hours), "%u", q->hours);
	while ((at = strchr(p, '@'))) {
		const char *word = !strncmp(at, "@HOURS@", 7) ? hours :
				   !strncmp(at, "@DATABASE@", 10) ? q->database :
				   NULL;

		if (append(q, &len, p, (size_t)(at - p)) ||
		    append(q, &len, word ? word : "@", strlen(word ? word : "@")))
			return -1;
		p = word ? strchr(at + 1, '@') + 1 : at + 1;
	}
	if (append(q, &len, p, strlen(p)))
		return -1;
	return q->sql ? 0 : append(q, &len, "FORMAT ", 7) ||
			    append(q, &len, q->format, strlen(q->format));
}

/* What it says of a failure is several lines; the first one says why. */
struct answer {
	CURL *curl;
	size_t len;
	char why[512];
};

static size_t on_answer(char *data, size_t size, size_t nr, void *ctx)
{
	struct answer *a = ctx;
	size_t n = size * nr, room = sizeof(a->why) - 1 - a->len;
	long status = 0;

	curl_easy_getinfo(a->curl, CURLINFO_RESPONSE_CODE, &status);
	if (status == 200)
		return fwrite(data, 1, n, stdout);
	memcpy(a->why + a->len, data, n < room ? n : room);
	a->len += n < room ? n : room;
	return n;
}

static CURLcode send_question(const struct question *q, struct answer *a)
{
	char url[2048];
	size_t len = strlen(q->url);

	while (len && q->url[len - 1] == '/')
		len--;
	/* So that what fails half way fails before anything is shown. */
	snprintf(url, sizeof(url), "%.*s/?wait_end_of_query=1", (int)len, q->url);
	curl_easy_setopt(a->curl, CURLOPT_URL, url);
	curl_easy_setopt(a->curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(a->curl, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(a->curl, CURLOPT_POSTFIELDS, q->query);
	curl_easy_setopt(a->curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(a->curl, CURLOPT_WRITEDATA, a);
	if (q->user)
		curl_easy_setopt(a->curl, CURLOPT_USERNAME, q->user);
	if (q->user && getenv("CLICKHOUSE_PASSWORD"))
		curl_easy_setopt(a->curl, CURLOPT_PASSWORD,
				 getenv("CLICKHOUSE_PASSWORD"));
	return curl_easy_perform(a->curl);
}

static int put(const struct question *q)
{
	struct answer answer = { .curl = curl_easy_init() };
	long status = 0;
	CURLcode code;

	if (!answer.curl)
		return complain("out of memory");
	code = send_question(q, &answer);
	curl_easy_getinfo(answer.curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(answer.curl);
	if (code == CURLE_WRITE_ERROR)
		return complain_file("stdout", errno, NULL);
	if (code)
		return complain("%s: %s", q->url, curl_easy_strerror(code));
	answer.why[strcspn(answer.why, "\r\n")] = '\0';
	if (status != 200)
		return complain("%s: status %ld: %s", q->url, status, answer.why);
	return fflush(stdout) ? complain_file("stdout", errno, NULL) : 0;
}

static int parse(struct question *q, int argc, char **argv)
{
	int option;

	/* getopt() begins its messages by it. */
	argv[0] = (char *)"synfin";
	while ((option = getopt_long(argc, argv, "h", longs, NULL)) >= 0) {
		switch (option) {
		case OPT_URL:
			q->url = optarg;
			break;
		case OPT_DATABASE:
			q->database = optarg;
			break;
		case OPT_USER:
			q->user = optarg;
			break;
		case OPT_FORMAT:
			q->format = optarg;
			break;
		case OPT_SQL:
			q->sql = true;
			break;
		case OPT_HOURS:
			if (service_number("--hours", optarg, 87600, &q->hours))
				return -1;
			break;
		case 'h':
			fputs(help, stdout);
			list();
			exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
		default:
			return -1;
		}
	}
	return optind + 1 == argc ? 0 : complain("ask: one question is wanted");
}

/**
 * ask() - put a question
 * @argc: of main()
 * @argv: of main()
 *
 * Return: the exit status.
 */
int ask(int argc, char **argv)
{
	static struct question q = {
		.url = "http://localhost:8123", .database = "synfin",
		.format = "PrettyCompactNoEscapes", .hours = 24,
	};
	FILE *file;

	if (parse(&q, argc, argv)) {
		fputs("Try: synfin ask --help\n", stderr);
		return 2;
	}
	file = open_question(argv[optind]);
	if (!file) {
		complain("%s: no such question: try: synfin ask --help", argv[optind]);
		return 2;
	}
	if (read_question(&q, file))
		return EXIT_FAILURE;
	if (q.sql)
		return fputs(q.query, stdout) < 0 || fflush(stdout);
	return put(&q) ? EXIT_FAILURE : EXIT_SUCCESS;
}
