// SPDX-License-Identifier: GPL-2.0
/*
 * Connections that failed, as they do; or those of a recording.
 *
 *	cc failures.c -o failures $(pkg-config --cflags --libs libsynfin)
 *	./failures [RECORDING]
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <synfin/libsynfin.h>

static void show(const struct synfin_record_conn *c)
{
	int family = c->head.family == 4 ? AF_INET : AF_INET6;
	char client[INET6_ADDRSTRLEN], server[INET6_ADDRSTRLEN];

	inet_ntop(family, c->head.client, client, sizeof(client));
	inet_ntop(family, c->head.server, server, sizeof(server));
	printf("%s port %u to %s port %u: %s\n", client, c->head.client_port,
	       server, c->head.server_port, synfin_open_name(c->opening));
}

int main(int argc, char **argv)
{
	struct synfin_reader *r = synfin_open(argc > 1 ? argv[1] : NULL,
					      argc > 1 ? 0 : SYNFIN_FOLLOW);
	const union synfin_record *rec;

	while (r && (rec = synfin_next(r, -1)))
		if (rec->head.type == SYNFIN_RECORD_CONN &&
		    rec->conn.opening >= SYNFIN_OPEN_REFUSED &&
		    rec->conn.opening <= SYNFIN_OPEN_ABORTED)
			show(&rec->conn);
	if (synfin_error(r))
		fprintf(stderr, "%s\n", synfin_error(r));
	if (!r || synfin_error(r))
		return 1;
	printf("%llu records lost\n", (unsigned long long)synfin_lost(r));
	synfin_close(r);
	return 0;
}
