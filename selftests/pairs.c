// SPDX-License-Identifier: GPL-2.0
/*
 * SYNs over loopback between pairs of endpoints that are chosen for what they have in
 * common, to a port where nobody listens.
 *
 *	pairs [-6] [-n COUNT] sums|random
 *
 * sums: between 127.0.x.y and 127.0.x'.y', with x + x' and y + y' constant; with -6
 * between fd00::x:y and fd00::x':y', which must be local. random: x, y, x' and y' are
 * random. The port is the same at both ends.
 *
 * Out: how many were sent, and the nanoseconds that one took, the median of
 * those in the second half, on stdout.
 */
#include <arpa/inet.h>
#include <err.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT	9
#define BATCH	50

struct pair {
	uint8_t from[2], to[2];
};

static struct pair pair_of(unsigned int i, bool sums)
{
	struct pair pair = {
		.from = { 1 + i / 200 % 200, 1 + i % 200 },
		.to = { 201 - (1 + i / 200 % 200), 201 - (1 + i % 200) },
	};

	if (!sums) {
		pair.from[0] = 1 + random() % 200;
		pair.from[1] = 1 + random() % 200;
		pair.to[0] = 1 + random() % 200;
		pair.to[1] = 1 + random() % 200;
	}
	return pair;
}

static uint16_t checksum(uint32_t sum, const void *data, size_t len)
{
	const uint8_t *byte = data;
	size_t i;

	for (i = 0; i < len; i++)
		sum += byte[i] << (i & 1 ? 0 : 8);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

static uint32_t sum_of(const void *data, size_t len)
{
	return 0xffff - ntohs(checksum(0, data, len));
}

static struct tcphdr syn_of(const void *from, const void *to, size_t size)
{
	struct tcphdr th = {
		.source = htons(PORT),
		.dest = htons(PORT),
		.seq = htonl(random()),
		.doff = sizeof(th) / 4,
		.syn = 1,
		.window = htons(1024),
	};

	th.check = checksum(sum_of(from, size) + sum_of(to, size) + IPPROTO_TCP +
			    sizeof(th), &th, sizeof(th));
	return th;
}

static void send4(int fd, const struct pair *pair)
{
	struct {
		struct iphdr ip;
		struct tcphdr th;
	} packet = {
		.ip = {
			.version = 4,
			.ihl = 5,
			.ttl = 64,
			.protocol = IPPROTO_TCP,
			.saddr = htonl(0x7f000000 | pair->from[0] << 8 | pair->from[1]),
			.daddr = htonl(0x7f000000 | pair->to[0] << 8 | pair->to[1]),
		},
	};
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = packet.ip.daddr,
	};

	packet.th = syn_of(&packet.ip.saddr, &packet.ip.daddr, 4);
	if (sendto(fd, &packet, sizeof(packet), 0, (void *)&to, sizeof(to)) < 0)
		err(1, "sendto");
}

static void send6(int fd, const struct pair *pair)
{
	struct {
		uint32_t version;
		uint16_t len;
		uint8_t proto, ttl;
		uint8_t from[16], to[16];
		struct tcphdr th;
	} packet = {
		.version = htonl(6 << 28),
		.len = htons(sizeof(packet.th)),
		.proto = IPPROTO_TCP,
		.ttl = 64,
		.from = { 0xfd, [13] = pair->from[0], [15] = pair->from[1] },
		.to = { 0xfd, [13] = pair->to[0], [15] = pair->to[1] },
	};
	struct sockaddr_in6 to = { .sin6_family = AF_INET6 };

	memcpy(&to.sin6_addr, packet.to, 16);
	packet.th = syn_of(packet.from, packet.to, 16);
	if (sendto(fd, &packet, sizeof(packet), 0, (void *)&to, sizeof(to)) < 0)
		err(1, "sendto");
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static int compare(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

int main(int argc, char **argv)
{
	unsigned int count = 20000, batches, i, b;
	uint64_t *took, since;
	bool six = false;
	int option, fd;

	while ((option = getopt(argc, argv, "6n:")) != -1) {
		if (option == '6')
			six = true;
		else if (option == 'n')
			count = atoi(optarg);
		else
			return 2;
	}
	if (optind + 1 != argc || count < 4 * BATCH)
		errx(2, "usage: pairs [-6] [-n COUNT] sums|random");
	fd = socket(six ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
	if (fd < 0)
		err(1, "socket");
	batches = count / BATCH;
	took = calloc(batches, sizeof(*took));
	for (i = b = 0; b < batches; b++) {
		since = now();
		for (; i < (b + 1) * BATCH; i++) {
			struct pair pair = pair_of(i, !strcmp(argv[optind], "sums"));

			(six ? send6 : send4)(fd, &pair);
		}
		took[b] = (now() - since) / BATCH;
	}
	qsort(took + batches / 2, batches - batches / 2, sizeof(*took), compare);
	printf("%u sent, %llu ns each\n", i,
	       (unsigned long long)took[batches / 2 + batches / 4]);
	return 0;
}
