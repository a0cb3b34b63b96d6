// SPDX-License-Identifier: GPL-2.0
/*
 * A flood: TCP segments from made-up senders, put on a link.
 *
 *	spoof [-6] [-k syn|syn-ack|ack|fin|rst] [-n COUNT] [-s START]
 *	      DEVICE MAC ADDRESS PORT
 *
 * Each comes from an address and a port of its own: of 198.18.0.0/15, or of
 * 2001:2::/48, the networks for benchmarks; -s says which is the first. Out: how
 * many were sent, and the nanoseconds that one took, on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	64

struct tcp {
	uint16_t source, dest;
	uint32_t seq, ack;
	uint8_t offset, flags;
	uint16_t window, check, urgent;
};

/* What the checksum covers besides: both families' addresses fit. */
struct pseudo {
	uint8_t saddr[16], daddr[16];
	uint32_t len, proto;
};

struct ip4 {
	uint8_t version, tos;
	uint16_t len, id, fragment;
	uint8_t ttl, proto;
	uint16_t check;
	uint8_t saddr[4], daddr[4];
	struct tcp tcp;
};

struct ip6 {
	uint32_t version;
	uint16_t len;
	uint8_t proto, ttl;
	uint8_t saddr[16], daddr[16];
	struct tcp tcp;
};

union packet {
	struct ip4 four;
	struct ip6 six;
};

static const struct {
	const char *name;
	uint8_t flags;
} kinds[] = {
	{ "syn", 0x02 }, { "syn-ack", 0x12 }, { "ack", 0x10 }, { "fin", 0x11 },
	{ "rst", 0x14 }, {},
};

static struct {
	bool six;
	uint8_t flags;
	unsigned long count;
	unsigned long start;
	uint8_t addr[16];
	uint16_t port;
} opt = { .flags = 0x02, .count = 1000 };

static struct sockaddr_ll to;

typedef uint16_t __attribute__((may_alias)) word;

static uint16_t checksum(const void *data, size_t len)
{
	const word *p = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += p[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

static void seal(struct tcp *tcp, const void *saddr, size_t addr_len)
{
	struct {
		struct pseudo pseudo;
		struct tcp tcp;
	} whole = {};

	memcpy(whole.pseudo.saddr, saddr, addr_len);
	memcpy(whole.pseudo.daddr, opt.addr, addr_len);
	whole.pseudo.len = htonl(sizeof(*tcp));
	whole.pseudo.proto = htonl(IPPROTO_TCP);
	tcp->check = 0;
	whole.tcp = *tcp;
	tcp->check = checksum(&whole, sizeof(whole));
}

static void make_tcp(struct tcp *tcp, uint16_t port, uint64_t number)
{
	*tcp = (struct tcp){
		.source = htons(port),
		.dest = htons(opt.port),
		.seq = htonl(number * 2654435761u),
		.ack = opt.flags & 0x10 ? htonl(number * 40503u) : 0,
		.offset = sizeof(*tcp) << 2,
		.flags = opt.flags,
		.window = htons(64240),
	};
}

/* 2^17 addresses, then the next port. */
static size_t make(union packet *p, uint64_t number)
{
	uint16_t port = 1024 + (number >> 17) % 64000;
	uint32_t host = number & 0x1ffff;

	if (opt.six) {
		p->six = (struct ip6){
			.version = htonl(6 << 28),
			.len = htons(sizeof(p->six.tcp)),
			.proto = IPPROTO_TCP,
			.ttl = 64,
			.saddr = { 0x20, 0x01, 0x00, 0x02, [13] = host >> 16,
				   [14] = host >> 8, [15] = host },
		};
		memcpy(p->six.daddr, opt.addr, 16);
		make_tcp(&p->six.tcp, port, number);
		seal(&p->six.tcp, p->six.saddr, 16);
		return sizeof(p->six);
	}
	p->four = (struct ip4){
		.version = 0x45,
		.len = htons(sizeof(p->four)),
		.ttl = 64,
		.proto = IPPROTO_TCP,
		.saddr = { 198, 18 + (host >> 16), host >> 8, host },
	};
	memcpy(p->four.daddr, opt.addr, 4);
	p->four.check = checksum(&p->four, 20);
	make_tcp(&p->four.tcp, port, number);
	seal(&p->four.tcp, p->four.saddr, 4);
	return sizeof(p->four);
}

static unsigned long flood(int fd)
{
	static union packet packets[BATCH];
	struct mmsghdr messages[BATCH] = {};
	struct iovec parts[BATCH];
	unsigned long sent = 0;

	for (unsigned int i = 0; i < BATCH; i++) {
		parts[i].iov_base = &packets[i];
		messages[i].msg_hdr.msg_name = &to;
		messages[i].msg_hdr.msg_namelen = sizeof(to);
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < opt.count) {
		unsigned int n = opt.count - sent < BATCH ? opt.count - sent : BATCH;
		int done;

		for (unsigned int i = 0; i < n; i++)
			parts[i].iov_len = make(&packets[i], opt.start + sent + i);
		done = sendmmsg(fd, messages, n, 0);
		if (done < 0)
			err(1, "sendmmsg");
		sent += done;
	}
	return sent;
}

static int open_link(const char *device, const char *mac)
{
	/* Of no protocol: it is to send only. */
	int fd = socket(AF_PACKET, SOCK_DGRAM, 0);

	to = (struct sockaddr_ll){
		.sll_family = AF_PACKET,
		.sll_protocol = htons(opt.six ? ETH_P_IPV6 : ETH_P_IP),
		.sll_ifindex = if_nametoindex(device),
		.sll_halen = 6,
	};

	if (!to.sll_ifindex)
		err(2, "%s", device);
	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &to.sll_addr[0],
		   &to.sll_addr[1], &to.sll_addr[2], &to.sll_addr[3],
		   &to.sll_addr[4], &to.sll_addr[5]) != 6)
		errx(2, "%s: no MAC address", mac);
	if (fd < 0)
		err(1, "packet socket");
	return fd;
}

static uint8_t parse_kind(const char *name)
{
	for (unsigned int i = 0; kinds[i].name; i++)
		if (!strcmp(name, kinds[i].name))
			return kinds[i].flags;
	errx(2, "-k %s: syn, syn-ack, ack, fin or rst", name);
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

int main(int argc, char **argv)
{
	unsigned long sent;
	double begin;
	int c, fd;

	while ((c = getopt(argc, argv, "6k:n:s:")) != -1) {
		if (c == '6')
			opt.six = true;
		else if (c == 'k')
			opt.flags = parse_kind(optarg);
		else if (c == 'n')
			opt.count = strtoul(optarg, NULL, 10);
		else if (c == 's')
			opt.start = strtoul(optarg, NULL, 10);
		else
			return 2;
	}
	if (argc - optind != 4 ||
	    inet_pton(opt.six ? AF_INET6 : AF_INET, argv[optind + 2], opt.addr) != 1)
		errx(2, "DEVICE MAC ADDRESS PORT");
	opt.port = atoi(argv[optind + 3]);
	fd = open_link(argv[optind], argv[optind + 1]);
	begin = now();
	sent = flood(fd);
	printf("%lu sent, %.0f ns each\n", sent, (now() - begin) / sent);
	return 0;
}
