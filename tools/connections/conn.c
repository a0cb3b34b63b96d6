// SPDX-License-Identifier: GPL-2.0
/*
 * A connection that is kept, beyond the view that is shown it.
 */
#include <stdlib.h>

#include "connections/conn.h"
#include "output/complain.h"

/**
 * conn_keep() - copy a connection with all that it points to
 * @to: the copy; to be freed with conn_free()
 * @from: the connection
 *
 * Return: 0, or -1 after a message.
 */
int conn_keep(struct conn *to, const struct conn *from)
{
	size_t phases = from->nr_phases * sizeof(*from->phases);
	size_t tls = from->tls ? sizeof(*from->tls) : 0;
	size_t icmp = from->icmp ? sizeof(*from->icmp) : 0;
	char *memory = NULL;

	if (phases + tls + icmp) {
		memory = malloc(phases + tls + icmp);
		if (!memory)
			return complain("out of memory");
	}
	*to = *from;
	/* All in one piece, which begins with the phases. */
	to->phases = (struct step *)memory;
	if (phases)
		memcpy(memory, from->phases, phases);
	if (tls)
		to->tls = memcpy(memory + phases, from->tls, tls);
	if (icmp)
		to->icmp = memcpy(memory + phases + tls, from->icmp, icmp);
	return 0;
}

/**
 * conn_free() - give the memory of a copy back
 * @c: of conn_keep(), or with no phases
 */
void conn_free(struct conn *c)
{
	free(c->phases);
	c->phases = NULL;
}
