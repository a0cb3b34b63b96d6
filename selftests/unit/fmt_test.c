// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, times and addresses as the reader writes them, against what printf()
 * and inet_ntop() make of them; above all where their length changes.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/fmt.h"
#include "tap.h"

static char got[FMT_ROOM];

/* A copy of what was written, as a string. */
static const char *ended(const char *end)
{
	static char text[FMT_ROOM];
	size_t len = (size_t)(end - got);

	memcpy(text, got, len);
	text[len] = '\0';
	return text;
}

static void hold_text(const char *end, const char *want)
{
	const char *text = ended(end);

	if (strcmp(text, want))
		tap_wrong("%s, not %s", text, want);
}

static void hold_number(uint64_t value)
{
	char want[FMT_ROOM];

	snprintf(want, sizeof(want), "%" PRIu64, value);
	hold_text(fmt_u64(got, value), want);
}

static void hold_seconds(uint64_t ns)
{
	char want[FMT_ROOM];

	snprintf(want, sizeof(want), "%" PRIu64 ".%09" PRIu64,
		 ns / 1000000000, ns % 1000000000);
	hold_text(fmt_seconds(got, ns), want);
}

static void hold_time(uint64_t ns)
{
	char want[FMT_ROOM];

	snprintf(want, sizeof(want), "%" PRIu64, ns);
	hold_text(fmt_time(got, ns), want);
}

/* After whatever number came before. */
static void hold_near(uint64_t value)
{
	static struct fmt_near near = FMT_NEAR;
	char want[FMT_ROOM];

	if (value > UINT32_MAX)
		return;
	snprintf(want, sizeof(want), "%" PRIu64, value);
	hold_text(fmt_near(got, &near, (uint32_t)value), want);
}

/* All lengths that a number can have, and what is one less. */
static void at_each_power_of_ten(void (*hold)(uint64_t value))
{
	uint64_t power = 1;

	for (unsigned int digits = 1; digits <= 20; digits++, power *= 10) {
		hold(power - 1);
		hold(power);
		hold(power + 1);
		hold(2 * power - 1);
	}
}

static void numbers_of_every_length(void)
{
	at_each_power_of_ten(hold_number);
	hold_number(0);
	hold_number(UINT16_MAX);
	hold_number(UINT32_MAX);
	hold_number(UINT32_MAX + 1ull);
	hold_number(INT64_MAX);
	hold_number(UINT64_MAX);
}

static void numbers_up_to_five_digits(void)
{
	for (uint64_t value = 0; value <= 100000; value++)
		hold_number(value);
}

/* A step odd enough to come by all groups of digits, in all places. */
static void numbers_of_all_digits(void)
{
	for (uint64_t value = 0; value < UINT64_MAX / 2;
	     value += value / 1009 + 9973)
		hold_number(value);
}

static void seconds_have_nine_decimals(void)
{
	at_each_power_of_ten(hold_seconds);
	hold_seconds(1790000000000000000);
	hold_seconds(1790000000999999999);
	hold_seconds(1790000000100000001);
	hold_seconds(UINT64_MAX);
}

static void times_are_whole_numbers(void)
{
	at_each_power_of_ten(hold_time);
	hold_time(1790000000000000000);
	hold_time(1790000000999999999);
	hold_time(UINT64_MAX);
}

static void numbers_that_are_near(void)
{
	at_each_power_of_ten(hold_near);
	for (uint64_t value = 0; value < 3000000000; value += value / 1009 + 97) {
		hold_near(value);
		hold_near(value + 1);
		hold_near(value ^ 0x80000000);
		hold_near(value + 9999);
	}
}

static void groups_of_three(void)
{
	hold_text(fmt_grouped(got, 0), "0");
	hold_text(fmt_grouped(got, 999), "999");
	hold_text(fmt_grouped(got, 1000), "1,000");
	hold_text(fmt_grouped(got, 10020), "10,020");
	hold_text(fmt_grouped(got, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void hold_addr(int family, const char *want)
{
	uint8_t addr[16] = { 0 };

	TAP_EQUAL(inet_pton(family, want, addr), 1);
	hold_text(fmt_addr(got, family == AF_INET ? 4 : 6, addr), want);
}

static void addresses(void)
{
	hold_addr(AF_INET, "0.0.0.0");
	hold_addr(AF_INET, "9.10.99.100");
	hold_addr(AF_INET, "255.199.200.1");
	hold_addr(AF_INET6, "::");
	hold_addr(AF_INET6, "2001:db8::1");
	hold_addr(AF_INET6, "fe80:1111:2222:3333:4444:5555:6666:7777");
	hold_addr(AF_INET6, "::ffff:192.0.2.255");
	/* The same place in the cache, once more and then another. */
	hold_addr(AF_INET6, "2001:db8::1");
	hold_addr(AF_INET6, "2001:db9::1");
}

static void durations(void)
{
	hold_text(fmt_duration(got, 999, 6), "999ns");
	hold_text(fmt_duration(got, 1049, 6), "1.0us");
	hold_text(fmt_duration(got, 9949999, 6), "9.9ms");
	hold_text(fmt_duration(got, 12345678, 6), "12.3ms");
	hold_text(fmt_duration(got, 12345678, 5), "12ms");
	hold_text(fmt_duration(got, 1204000000, 6), "1.20s");
	hold_text(fmt_duration(got, 60000000000, 6), "60.0s");
}

static void the_time_of_day(void)
{
	const uint64_t ns = 1790000005012345678;

	hold_text(fmt_clock(got, ns, 3), "14:13:25.012");
	hold_text(fmt_clock(got, ns, 6), "14:13:25.012345");
	hold_text(fmt_clock(got, ns, 9), "14:13:25.012345678");
	hold_text(fmt_clock(got, ns + 1000000000, 3), "14:13:26.012");
}

static const struct tap_test tests[] = {
	TAP_TEST(numbers_of_every_length),
	TAP_TEST(numbers_up_to_five_digits),
	TAP_TEST(numbers_of_all_digits),
	TAP_TEST(seconds_have_nine_decimals),
	TAP_TEST(times_are_whole_numbers),
	TAP_TEST(numbers_that_are_near),
	TAP_TEST(groups_of_three),
	TAP_TEST(addresses),
	TAP_TEST(durations),
	TAP_TEST(the_time_of_day),
};

int main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
