// SPDX-License-Identifier: GPL-2.0
/*
 * Names of ports. The list is read once: getservbyport() would read it from its
 * beginning for each new port.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "output/service.h"

/* A name that needs no escaping in JSON and no care on a terminal. */
static bool plain(const char *name)
{
	const char *p;

	for (p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("-_.+/*", *p))
			return false;
	return p != name && p - name <= SERVICE_NAME_MAX;
}

static void service_load(char **names)
{
	struct servent *entry;

	setservent(0);
	while ((entry = getservent())) {
		uint16_t port = ntohs((uint16_t)entry->s_port);

		if (!strcmp(entry->s_proto, "tcp") && !names[port] &&
		    plain(entry->s_name))
			names[port] = strdup(entry->s_name);
	}
	endservent();
}

static char **service_names(void)
{
	static char *names[UINT16_MAX + 1];
	static bool loaded;

	if (!loaded) {
		loaded = true;
		service_load(names);
	}
	return names;
}

/**
 * service_name() - the service of a TCP port
 * @port: host order
 *
 * Return: its name, NULL if it has none. Letters, digits and a few signs only.
 */
const char *service_name(uint16_t port)
{
	return service_names()[port];
}

/**
 * service_port() - the port of a service
 * @name: as service_name() gives it
 * @port: set
 *
 * Return: false if there is none of that name.
 */
bool service_port(const char *name, uint16_t *port)
{
	char **names = service_names();

	for (unsigned int i = 0; i <= UINT16_MAX; i++) {
		if (!names[i] || strcmp(names[i], name))
			continue;
		*port = (uint16_t)i;
		return true;
	}
	return false;
}
