// SPDX-License-Identifier: GPL-2.0
/*
 * Throws packets at the host, out of a TUN device: segments of connections that make
 * some sense, mutated, and noise.
 *
 *	throw [-s SEED] [-n COUNT | -t SECONDS]
 *
 * The host is 10.99.0.1 and fd99::1; all others of 10.99.0.0/16 and fd99::/64 are
 * here, so that packets go to it and, if it forwards, through it. Same seed, same
 * packets. Out: how many were thrown, on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define ROOM	2048

static uint64_t state;

/* Seconds by a clock that nobody sets. */
static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

static uint32_t below(uint32_t limit)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return ((state * 0x2545f4914f6cdd1dULL >> 32) * limit) >> 32;
}

static void put16(uint8_t *at, uint16_t value)
{
	at[0] = value >> 8;
	at[1] = value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value);
}

static uint32_t add(uint32_t sum, const uint8_t *data, size_t len)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += data[i] << 8 | data[i + 1];
	if (len & 1)
		sum += data[len - 1] << 8;
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

/* Few numbers, so that segments meet connections that others have begun. */
static uint32_t number(void)
{
	static const uint32_t bases[] = { 1000, 5000, 0xfffffffe, 0x7fffffff };

	return below(16) ? bases[below(4)] + below(4) : below(~0u);
}

static size_t make_tcp(uint8_t *tcp)
{
	static const uint8_t flags[] = {
		0x02, 0x02, 0x12, 0x12, 0x10, 0x10, 0x11, 0x11, 0x04, 0x14, 0x18,
		0x01, 0x03, 0x06, 0x00, 0xff, 0x3f, 0xc2,
	};
	size_t options = below(4) ? 0 : 4 * below(11);
	size_t payload = below(3) ? 0 : below(1200);
	size_t i;

	put16(tcp, 4000 + below(6));
	put16(tcp + 2, 4000 + below(6));
	put32(tcp + 4, number());
	put32(tcp + 8, number());
	tcp[12] = (below(40) ? 5 + options / 4 : below(16)) << 4;
	tcp[13] = flags[below(sizeof(flags))];
	put16(tcp + 14, below(65536));
	put32(tcp + 16, 0);
	for (i = 20; i < 20 + options + payload; i++)
		tcp[i] = below(256);
	return 20 + options + payload;
}

/* @add: of the addresses, length and protocol */
static void check(uint8_t *upper, size_t len, size_t at, uint32_t sum)
{
	if (len < at + 2)
		return;
	put16(upper + at, 0);
	put16(upper + at, fold(add(sum, upper, len)));
}

static size_t make_four(uint8_t *ip)
{
	size_t options = below(16) ? 0 : 4 * below(11);
	uint8_t *upper = ip + 20 + options;
	size_t len = make_tcp(upper);

	memset(ip, 0, 20);
	memset(ip + 20, 1, options);
	ip[0] = 0x45 + options / 4;
	put16(ip + 6, below(16) ? 0x4000 : below(2) ? 0x2000 : below(8192));
	ip[8] = 64;
	ip[9] = IPPROTO_TCP;
	put32(ip + 12, 0x0a630002 + below(4));
	put32(ip + 16, below(3) ? 0x0a630001 : 0x0a630006 + below(4));
	if (!below(12)) {
		/* An error about a segment that the host may have sent. */
		memmove(upper + 28, upper, len < 500 ? len : 500);
		memcpy(upper + 8, ip, 20);
		memcpy(upper + 20, ip + 16, 4);
		memcpy(upper + 24, ip + 12, 4);
		memset(upper, 0, 8);
		upper[0] = 3 + below(3);
		upper[1] = below(16);
		len = (len < 500 ? len : 500) + 28;
		ip[9] = IPPROTO_ICMP;
		check(upper, len, 2, 0);
	} else {
		check(upper, len, 16, add(IPPROTO_TCP + len, ip + 12, 8));
	}
	len += 20 + options;
	put16(ip + 2, below(60) ? len : below(65536));
	put16(ip + 10, fold(add(0, ip, 20 + options)));
	return len;
}

/* Extension headers, in any number and order. */
static size_t make_chain(uint8_t *at, uint8_t *first)
{
	static const uint8_t kinds[] = { 0, 43, 44, 51, 60, 135, 59 };
	size_t used = 0, len, n = below(3) ? 0 : below(6);
	uint8_t *next = first;

	for (; n; n--) {
		*next = kinds[below(below(20) ? 5 : 7)];
		len = *next == 44 ? 8 : 8 * (1 + below(3));
		memset(at + used, 0, len);
		at[used + 1] = *next == 44 ? 0 :
			       *next == 51 ? len / 4 - 2 : len / 8 - 1;
		if (*next == 44 && !below(4))
			put16(at + used + 2, below(65536));
		next = at + used;
		used += len;
	}
	*next = IPPROTO_TCP;
	return used;
}

static size_t make_six(uint8_t *ip)
{
	static const uint8_t net[8] = { 0xfd, 0x99 };
	size_t chain, len;

	memset(ip, 0, 40);
	ip[0] = 0x60;
	ip[7] = 64;
	memcpy(ip + 8, net, 8);
	memcpy(ip + 24, net, 8);
	ip[23] = 2 + below(4);
	ip[39] = below(3) ? 1 : 6 + below(4);
	chain = make_chain(ip + 40, ip + 6);
	len = make_tcp(ip + 40 + chain);
	check(ip + 40 + chain, len, 16, add(IPPROTO_TCP + len, ip + 8, 32));
	put16(ip + 4, below(60) ? chain + len : below(65536));
	return 40 + chain + len;
}

static size_t make(uint8_t *packet)
{
	size_t len, n;

	if (!below(50)) {
		len = 1 + below(1500);
		for (n = 0; n < len; n++)
			packet[n] = below(256);
		packet[0] = below(2) ? 0x45 : 0x60;
		return len;
	}
	len = below(2) ? make_four(packet) : make_six(packet);
	if (!below(4))
		for (n = 1 + below(4); n; n--)
			packet[below(len)] ^= 1 << below(8);
	if (!below(20))
		len = 1 + below(len);
	return len;
}

static int open_tun(void)
{
	struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	strcpy(request.ifr_name, "throw");
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request))
		err(1, "/dev/net/tun");
	if (system("echo 0 >/proc/sys/net/ipv6/conf/throw/accept_dad;"
		   "ip address add 10.99.0.1/16 dev throw;"
		   "ip address add fd99::1/64 dev throw;"
		   "ip link set throw up"))
		errx(1, "throw: cannot be set up");
	return fd;
}

int main(int argc, char **argv)
{
	unsigned long count = ~0ul, thrown = 0, taken = 0;
	uint8_t packet[2 * ROOM];
	time_t end = 0;
	size_t len;
	int c, fd;

	state = 1;
	while ((c = getopt(argc, argv, "s:n:t:")) >= 0) {
		if (c == 's')
			state = strtoul(optarg, NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
		else if (c == 'n')
			count = strtoul(optarg, NULL, 0);
		else if (c == 't')
			end = seconds() + atoi(optarg);
		else
			return 2;
	}
	fd = open_tun();
	for (; thrown < count && (!end || seconds() < end); thrown++) {
		len = make(packet);
		taken += write(fd, packet, len) == (ssize_t)len;
		/* What the host answers is thrown away. */
		while (read(fd, packet, sizeof(packet)) > 0)
			;
	}
	printf("# %lu packets thrown, %lu taken\n", thrown, taken);
	return 0;
}
