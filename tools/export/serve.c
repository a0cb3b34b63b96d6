// SPDX-License-Identifier: GPL-2.0
/*
 * Serves metrics over HTTP, in a thread of its own. Each scrape has its own copy,
 * so several at once are right; how many, how long and how large is bounded.
 */
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include <microhttpd.h>

#include "commands/parse.h"
#include "export/exporter.h"
#include "export/openmetrics.h"
#include "output/complain.h"

#define CONNECTIONS	16u
#define FROM_ONE	8u	/* of these, from one address */
#define TIMEOUT		10u	/* seconds */
#define MEMORY		16384u	/* bytes of a request */

static const char index_page[] =
"<!DOCTYPE html><title>synfin</title>"
"<p>How TCP connections open and close: <a href=\"/metrics\">metrics</a>\n";

static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type,
			      struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection,
				   unsigned int status, const char *type,
				   const char *text)
{
	return answer(connection, status, type,
		      MHD_create_response_from_buffer(strlen(text), (void *)text,
						      MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result metrics(struct exporter *e,
			       struct MHD_Connection *connection)
{
	const char *accept = MHD_lookup_connection_value(connection,
							 MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);
	bool old = !accept || !strstr(accept, "application/openmetrics-text");
	size_t len;
	char *text = exporter_scrape(e, old, &len);

	if (!text)
		return answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
				   "text/plain", "out of memory\n");
	return answer(connection, MHD_HTTP_OK,
		      old ? OPENMETRICS_OLD_TYPE : OPENMETRICS_TYPE,
		      MHD_create_response_from_buffer(len, text,
						      MHD_RESPMEM_MUST_FREE));
}

static enum MHD_Result handle(void *ctx, struct MHD_Connection *connection,
			      const char *url, const char *method,
			      const char *version, const char *data,
			      size_t *data_size, void **request)
{
	(void)version;
	(void)data;
	(void)data_size;
	(void)request;
	if (strcmp(method, MHD_HTTP_METHOD_GET) &&
	    strcmp(method, MHD_HTTP_METHOD_HEAD))
		return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
				   "text/plain", "only GET and HEAD\n");
	if (!strcmp(url, "/metrics"))
		return metrics(ctx, connection);
	if (!strcmp(url, "/"))
		return answer_text(connection, MHD_HTTP_OK, "text/html",
				   index_page);
	return answer_text(connection, MHD_HTTP_NOT_FOUND, "text/plain",
			   "not here: try /metrics\n");
}

/**
 * serve_check() - is it something to listen at?
 * @listen: HOST:PORT, [ADDRESS]:PORT or :PORT for all addresses
 *
 * Return: 0, or -1 after a message.
 */
int serve_check(const char *listen)
{
	const char *colon = strrchr(listen, ':');
	uint16_t low, high;
	char port[64];

	/* A number that is no port would be listened at modulo 65536. */
	snprintf(port, sizeof(port), "%s", colon ? colon + 1 : "");
	if (!parse_ports(port, &low, &high) || low != high)
		return complain("--listen %s: ADDRESS:PORT is wanted",
				complain_value(listen));
	return 0;
}

static struct addrinfo *resolve(const char *listen)
{
	const struct addrinfo hints = {
		.ai_flags = AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	const char *colon = strrchr(listen, ':');
	struct addrinfo *found = NULL;
	char host[256];
	size_t len;
	int err;

	if ((size_t)(colon - listen) >= sizeof(host)) {
		complain("--listen %s: ADDRESS:PORT is wanted", listen);
		return NULL;
	}
	len = (size_t)(colon - listen);
	memcpy(host, listen, len);
	host[len] = '\0';
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		memmove(host, host + 1, len - 1);
	}
	err = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found);
	if (err)
		complain("--listen %s: %s", listen, gai_strerror(err));
	return found;
}

/**
 * serve_start() - begin to serve
 * @e: the exporter
 *
 * Return: to be ended with serve_stop(); NULL after a message.
 */
struct MHD_Daemon *serve_start(struct exporter *e)
{
	struct addrinfo *address = resolve(e->listen);
	unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD;
	struct MHD_Daemon *daemon;

	if (!address)
		return NULL;
	if (address->ai_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	daemon = MHD_start_daemon(flags, 0, NULL, NULL, handle, e,
				  MHD_OPTION_SOCK_ADDR, address->ai_addr,
				  MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
				  MHD_OPTION_PER_IP_CONNECTION_LIMIT, FROM_ONE,
				  MHD_OPTION_CONNECTION_TIMEOUT, TIMEOUT,
				  MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				  (size_t)MEMORY, MHD_OPTION_END);
	freeaddrinfo(address);
	if (!daemon)
		complain("--listen %s: cannot be listened at: is another one running?",
			 e->listen);
	return daemon;
}

/**
 * serve_stop() - end it
 * @daemon: of serve_start(), or NULL
 */
void serve_stop(struct MHD_Daemon *daemon)
{
	if (daemon)
		MHD_stop_daemon(daemon);
}
