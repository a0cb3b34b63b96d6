// SPDX-License-Identifier: GPL-2.0
/*
 * The oldest segment is sent until the server has taken it, with a pause that
 * doubles from half a second to half a minute. A segment may be sent twice, when
 * the answer is lost: the table has each connection once all the same.
 */
#include <curl/curl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "commands/interrupt.h"
#include "output/complain.h"
#include "ship/sender.h"

#define PAUSE_MS	500u
#define PAUSE_MAX_MS	30000u
#define REPORT_S	10
/* A slow network is waited for; one that stands still is not. */
#define STILL_S		30L
#define CONNECT_S	10L
#define STOP_S		5

/* The beginning of what the server says of a failure. */
struct answer {
	size_t len;
	char text[256];
};

static size_t on_answer(char *data, size_t size, size_t nr, void *ctx)
{
	struct answer *a = ctx;
	size_t n = size * nr, room = sizeof(a->text) - 1 - a->len;

	memcpy(a->text + a->len, data, n < room ? n : room);
	a->len += n < room ? n : room;
	a->text[a->len] = '\0';
	return size * nr;
}

/* Once for each kind of failure, and once when it is over. */
static void say(struct sender *s, const char *what)
{
	if (!strncmp(s->said, what, sizeof(s->said) - 1))
		return;
	snprintf(s->said, sizeof(s->said), "%s", what);
	if (*what)
		complain("%s: %s", s->url[s->at], what);
	else
		complain("%s: takes rows again", s->url[s->at]);
}

/* At the level that costs least: the next one packs a tenth more, for as much again. */
static char *gzip(const char *text, size_t len, size_t *result)
{
	struct libdeflate_compressor *z = libdeflate_alloc_compressor(1);
	char *packed = NULL;
	size_t room;

	if (!z)
		return NULL;
	room = libdeflate_gzip_compress_bound(z, len);
	packed = malloc(room);
	if (packed)
		*result = libdeflate_gzip_compress(z, text, len, packed, room);
	libdeflate_free_compressor(z);
	return packed;
}

static void set_up(struct sender *s, CURL *curl, struct answer *answer,
		   const char *url)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STILL_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (s->user)
		curl_easy_setopt(curl, CURLOPT_USERNAME, s->user);
	if (s->password)
		curl_easy_setopt(curl, CURLOPT_PASSWORD, s->password);
}

/* An insert. Return: true if the server has taken it. */
static bool post(struct sender *s, CURL *curl, const char *table,
		 const char *body, size_t len, bool packed)
{
	struct curl_slist *headers = NULL;
	struct answer answer = { 0 };
	char url[2048], why[320];
	CURLcode code;
	long status = 0;

	/* One that answers has it: a Distributed table writes to its shards first. */
	snprintf(url, sizeof(url),
		 "%s/?query=INSERT%%20INTO%%20%s.%s%%20FORMAT%%20JSONEachRow&input_format_skip_unknown_fields=1&insert_distributed_sync=1",
		 s->url[s->at], s->database, table);
	curl_easy_reset(curl);
	set_up(s, curl, &answer, url);
	headers = curl_slist_append(headers, "Expect:");
	headers = curl_slist_append(headers, "Content-Type: application/x-ndjson");
	if (packed)
		headers = curl_slist_append(headers, "Content-Encoding: gzip");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	if (code == CURLE_OK && status == 200) {
		say(s, "");
		return true;
	}
	answer.text[strcspn(answer.text, "\r\n")] = '\0';
	if (code)
		snprintf(why, sizeof(why), "%s", curl_easy_strerror(code));
	else
		snprintf(why, sizeof(why), "status %ld: %s", status, answer.text);
	say(s, why);
	s->at = (s->at + 1) % s->nr_urls;
	return false;
}

/* How many rows became what, so that a gap in the table is known to be one. */
static bool report(struct sender *s, CURL *curl)
{
	struct spool_counts c = spool_counts(s->spool);
	struct timespec t;
	char row[512];
	int len;

	clock_gettime(CLOCK_REALTIME, &t);
	len = snprintf(row, sizeof(row),
		       "{\"host\":\"%s\",\"boot\":\"%s\",\"ts_ns\":%llu,\"shipped_rows\":%llu,\"dropped_rows\":%llu,\"lost_records\":%llu}\n",
		       s->host, s->boot,
		       (unsigned long long)t.tv_sec * 1000000000ull +
		       (unsigned long long)t.tv_nsec,
		       (unsigned long long)c.shipped,
		       (unsigned long long)c.dropped,
		       (unsigned long long)c.lost);
	return post(s, curl, "shippers", row, (size_t)len, false);
}

static int64_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* Sends one segment. Return: 1 if it did, 0 if there is none, -1 if it failed. */
static int send_oldest(struct sender *s, CURL *curl)
{
	uint64_t number;
	size_t len, packed_len;
	char *rows = spool_oldest(s->spool, &number, &len);
	char *packed;
	int result = -1;

	if (!rows)
		return 0;
	packed = gzip(rows, len, &packed_len);
	if (packed && post(s, curl, "conns", packed, packed_len, true)) {
		spool_shipped(s->spool, number, spool_rows(rows, len));
		result = 1;
	}
	free(packed);
	free(rows);
	return result;
}

/* A file is sent to its end; who stops a service does not wait for long. */
static bool is_over(const struct sender *s, int64_t *end)
{
	if (!s->stop || !interrupted)
		return false;
	if (!*end)
		*end = seconds() + STOP_S;
	return seconds() >= *end;
}

static void *run(void *ctx)
{
	struct sender *s = ctx;
	unsigned int pause = PAUSE_MS, slept;
	int64_t reported = 0, end = 0;
	CURL *curl = curl_easy_init();
	bool last;
	int sent;

	while (curl && !is_over(s, &end)) {
		/* Asked before looking: what was spooled until then is looked at. */
		last = s->stop;
		sent = send_oldest(s, curl);
		if (sent >= 0) {
			pause = PAUSE_MS;
			if (seconds() >= reported + REPORT_S ||
			    (!sent && last)) {
				if (!report(s, curl))
					sent = -1;
				else if (!sent && last)
					break;
				reported = seconds();
			}
		}
		if (sent > 0)
			continue;
		for (slept = 0; slept < pause && !is_over(s, &end); slept += 50) {
			if (!sent && (s->stop || !spool_is_empty(s->spool)))
				break;
			usleep(50000);
		}
		if (sent < 0)
			pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
	if (curl)
		curl_easy_cleanup(curl);
	return NULL;
}

/**
 * sender_start() - begin to send
 * @s: with all but its thread filled in
 *
 * Return: 0, or -1 after a message.
 */
int sender_start(struct sender *s)
{
	int err = pthread_create(&s->thread, NULL, run, s);

	return err ? complain("a thread: %s", strerror(err)) : 0;
}

/**
 * sender_finish() - send what is there, and end
 * @s: the sender
 *
 * Return: 0 if all was sent, or -1.
 */
int sender_finish(struct sender *s)
{
	s->stop = true;
	pthread_join(s->thread, NULL);
	return spool_is_empty(s->spool) ? 0 : -1;
}
