/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names of ports, as /etc/services has them.
 */
#ifndef _TOOLS_SERVICE_H
#define _TOOLS_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

/* A longer name is taken for none. */
#define SERVICE_NAME_MAX	31

const char *service_name(uint16_t port);
bool service_port(const char *name, uint16_t *port);

#endif /* _TOOLS_SERVICE_H */
