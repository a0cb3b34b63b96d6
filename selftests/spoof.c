// SPDX-License-Identifier: GPL-2.0
/*
 * A flood: TCP segments from made-up senders, put on a link.
 *
 *	spoof [-6] [-k KIND] [-n COUNT] [-s START] DEVICE MAC ADDRESS PORT
 *
 * KIND:
 *	syn, syn-ack, ack, fin, rst	each from an address and a port of its own
 *	repeat				one SYN, again and again
 *	icmp				the host is unreachable, each about another SYN
 *	half				a SYN, its SYN-ACK, and so on
 *	open				a SYN, its SYN-ACK, their ACK, and so on
 *	whole				and both FINs with their ACKs, and so on
 *	sums, random			SYNs from x.y to x'.y', the last bytes of
 *					the addresses: x + x' and y + y' constant, or
 *					all four random
 *
 * The senders are of 198.18.0.0/15, or of 2001:2::/48, the networks for benchmarks; -s
 * says which is the first. Out: how many were sent, and the nanoseconds that one
 * took, on stdout.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
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
};

struct ip6 {
	uint32_t version;
	uint16_t len;
	uint8_t proto, ttl;
	uint8_t saddr[16], daddr[16];
};

struct icmp {
	uint8_t type, code;
	uint16_t check;
	uint32_t unused;
};

/* The largest is an ICMP error, with what it quotes. */
union packet {
	uint8_t byte[2 * sizeof(struct ip6) + sizeof(struct icmp) + sizeof(struct tcp)];
	uint32_t align;
};

enum pattern { EACH, REPEAT, ICMP, HALF, OPEN, WHOLE, SUMS, RANDOM };

static const struct kind {
	const char *name;
	enum pattern pattern;
	uint8_t flags;
} kinds[] = {
	{ "syn", EACH, 0x02 }, { "syn-ack", EACH, 0x12 }, { "ack", EACH, 0x10 },
	{ "fin", EACH, 0x11 }, { "rst", EACH, 0x14 }, { "repeat", REPEAT, 0x02 },
	{ "icmp", ICMP, 0x02 }, { "half", HALF, 0x02 }, { "open", OPEN, 0x02 },
	{ "whole", WHOLE, 0x02 }, { "sums", SUMS, 0x02 }, { "random", RANDOM, 0x02 }, {},
};

/* Who says what to whom. */
struct segment {
	uint8_t from[16], to[16];
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint8_t flags;
};

static struct {
	bool six;
	const struct kind *kind;
	unsigned long count;
	unsigned long start;
	uint8_t addr[16];
	uint16_t port;
} opt = { .kind = kinds, .count = 1000 };

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

/* Of what the IP layer carries, with the addresses before it. */
static uint16_t checksum_of(const void *data, size_t len, const uint8_t *from,
			    const uint8_t *to, uint32_t proto)
{
	struct {
		struct pseudo pseudo;
		uint8_t data[sizeof(union packet)];
	} whole = {};
	size_t addr_len = opt.six ? 16 : 4;

	memcpy(whole.pseudo.saddr, from, addr_len);
	memcpy(whole.pseudo.daddr, to, addr_len);
	whole.pseudo.len = htonl(len);
	whole.pseudo.proto = htonl(proto);
	memcpy(whole.data, data, len);
	return checksum(&whole, sizeof(whole.pseudo) + (len + 1) / 2 * 2);
}

/* An IP header for what is to follow; returns its length. */
static size_t put_ip(uint8_t *at, const uint8_t *from, const uint8_t *to,
		     uint8_t proto, size_t len)
{
	struct ip6 six = {
		.version = htonl(6 << 28),
		.len = htons(len),
		.proto = proto,
		.ttl = 64,
	};
	struct ip4 four = {
		.version = 0x45,
		.len = htons(sizeof(four) + len),
		.ttl = 64,
		.proto = proto,
	};

	if (opt.six) {
		memcpy(six.saddr, from, 16);
		memcpy(six.daddr, to, 16);
		memcpy(at, &six, sizeof(six));
		return sizeof(six);
	}
	memcpy(four.saddr, from, 4);
	memcpy(four.daddr, to, 4);
	four.check = checksum(&four, sizeof(four));
	memcpy(at, &four, sizeof(four));
	return sizeof(four);
}

static size_t put_segment(uint8_t *at, const struct segment *seg)
{
	size_t len = put_ip(at, seg->from, seg->to, IPPROTO_TCP, sizeof(struct tcp));
	struct tcp tcp = {
		.source = htons(seg->from_port),
		.dest = htons(seg->to_port),
		.seq = htonl(seg->seq),
		.ack = htonl(seg->ack),
		.offset = sizeof(tcp) << 2,
		.flags = seg->flags,
		.window = htons(64240),
	};

	tcp.check = checksum_of(&tcp, sizeof(tcp), seg->from, seg->to, IPPROTO_TCP);
	memcpy(at + len, &tcp, sizeof(tcp));
	return len + sizeof(tcp);
}

static struct segment answer_to(const struct segment *seg)
{
	struct segment answer = {
		.from_port = seg->to_port,
		.to_port = seg->from_port,
		.seq = ~seg->seq,
		.ack = seg->seq + 1,
		.flags = 0x12,
	};

	memcpy(answer.from, seg->to, 16);
	memcpy(answer.to, seg->from, 16);
	return answer;
}

/* The sender says of what its receiver sent that nobody is there. */
static size_t put_icmp(uint8_t *at, const struct segment *seg)
{
	struct segment quoted = answer_to(seg);
	uint8_t body[sizeof(union packet)] = {};
	uint8_t proto = opt.six ? IPPROTO_ICMPV6 : IPPROTO_ICMP;
	struct icmp icmp = { .type = opt.six ? 1 : 3, .code = opt.six ? 3 : 1 };
	size_t len = sizeof(icmp), head;
	uint16_t check;

	quoted.flags = 0x02;
	len += put_segment(body + len, &quoted);
	memcpy(body, &icmp, sizeof(icmp));
	check = opt.six ? checksum_of(body, len, seg->from, seg->to, proto) :
			  checksum(body, len);
	memcpy(body + offsetof(struct icmp, check), &check, sizeof(check));
	head = put_ip(at, seg->from, seg->to, proto, len);
	memcpy(at + head, body, len);
	return head + len;
}

/* 2^17 addresses, then the next port. */
static struct segment from_number(uint64_t number)
{
	struct segment seg = {
		.from_port = 1024 + (number >> 17) % 64000,
		.to_port = opt.port,
		.seq = number * 2654435761u,
		.ack = opt.kind->flags & 0x10 ? number * 40503u : 0,
		.flags = opt.kind->flags,
	};
	uint32_t host = number & 0x1ffff;
	uint8_t four[4] = { 198, 18 + (host >> 16), host >> 8, host };
	uint8_t six[16] = { 0x20, 0x01, 0x00, 0x02, [13] = host >> 16,
			    [14] = host >> 8, [15] = host };

	memcpy(seg.from, opt.six ? six : four, opt.six ? 16 : 4);
	memcpy(seg.to, opt.addr, 16);
	return seg;
}

/* Between chosen endpoints: 40,000 pairs, then the next port. */
static struct segment between(uint64_t number)
{
	const uint64_t lanes = 200;
	struct segment seg = from_number(0);
	uint8_t x = 1 + number / lanes % lanes, y = 1 + number % lanes;
	uint8_t last[4] = { x, y, lanes + 1 - x, lanes + 1 - y };

	for (unsigned int i = 0; i < 4 && opt.kind->pattern == RANDOM; i++)
		last[i] = 1 + random() % lanes;
	seg.from_port = 1024 + number / lanes / lanes % 64000;
	seg.seq = number * 2654435761u;
	seg.from[opt.six ? 13 : 2] = last[0];
	seg.from[opt.six ? 15 : 3] = last[1];
	seg.to[opt.six ? 13 : 2] = last[2];
	seg.to[opt.six ? 15 : 3] = last[3];
	return seg;
}

/* A handshake and a close, as far as @step, from 0 to 6. */
static struct segment handshake(uint64_t number, unsigned int step)
{
	struct segment seg = from_number(number), answer;

	if (!step)
		return seg;
	answer = answer_to(&seg);
	if (step == 1)
		return answer;
	seg.flags = step == 3 ? 0x11 : 0x10;
	seg.seq += step == 6 ? 2 : 1;
	seg.ack = answer.seq + (step == 6 ? 2 : 1);
	if (step != 4 && step != 5)
		return seg;
	answer.flags = step == 5 ? 0x11 : 0x10;
	answer.seq++;
	answer.ack++;
	return answer;
}

static size_t make(union packet *p, uint64_t number)
{
	struct segment seg;

	switch (opt.kind->pattern) {
	case REPEAT:
		seg = from_number(opt.start);
		break;
	case HALF:
		seg = handshake(number / 2, number % 2);
		break;
	case OPEN:
		seg = handshake(number / 3, number % 3);
		break;
	case WHOLE:
		seg = handshake(number / 7, number % 7);
		break;
	case SUMS:
	case RANDOM:
		seg = between(number);
		break;
	case ICMP:
		seg = from_number(number);
		return put_icmp(p->byte, &seg);
	default:
		seg = from_number(number);
	}
	return put_segment(p->byte, &seg);
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
		/* Whoever receives them has as many before it as it may have. */
		if (done < 0 && errno == ENOBUFS) {
			usleep(1000);
			continue;
		}
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

static const struct kind *parse_kind(const char *name)
{
	for (const struct kind *kind = kinds; kind->name; kind++)
		if (!strcmp(name, kind->name))
			return kind;
	errx(2, "-k %s: no such kind", name);
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
			opt.kind = parse_kind(optarg);
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
