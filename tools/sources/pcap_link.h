/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What precedes the IP header in a captured packet.
 */
#ifndef _TOOLS_PCAP_LINK_H
#define _TOOLS_PCAP_LINK_H

#include <stdbool.h>
#include <stdint.h>

int pcap_link_dlt(int type);
bool pcap_link_known(int type);
int pcap_link_skip(int type, const uint8_t *packet, uint32_t room);

#endif /* _TOOLS_PCAP_LINK_H */
