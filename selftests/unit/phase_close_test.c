// SPDX-License-Identifier: GPL-2.0
/*
 * How connections close by FINs.
 */
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;
static int all = SHAPE_NEITHER;

static void four_way_by_the_client(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s PA 1 11 300;"
		     "c FA 11 301 +50 : fin-1 @FIN; s A 301 12 +2 : ack-1 @HALF;"
		     "s FA 301 12 +30 : fin-2 @LAST;"
		     "c A 12 302 +4 : ack-2 end @DONE");
		sum = &d.sum[0];
		SHAPE(sum, ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(sum, 1, 1, 2, 0);
		BYTES(sum, 10, 300, 0);
		TAP_EQUAL(sum->close_ns, 36 * MS);
		TAP_EQUAL(sum->half_close_ns, 30 * MS);
		TAP_EQUAL(sum->duration_ns, 90 * MS);
		HISTORY(sum, "ShAFaf");
	}
}

static void four_way_by_the_server(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "s FA 1 1 : fin-1; c A 1 2 : ack-1 @HALF;"
		     "c FA 1 2 : fin-2; s A 2 2 : ack-2 end");
		sum = &d.sum[0];
		SHAPE(sum, ESTABLISHED, FOUR_WAY, SERVER);
		TAP_EQUAL(d.step[3].from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(d.step[4].from, SYNFIN_FROM_CLIENT);
		TAP_EQUAL(d.step[6].from, SYNFIN_FROM_SERVER);
		HISTORY(sum, "ShAfFa");
	}
}

static void three_way(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 : fin-1; s FA 1 2 +5 : fin-2;"
		     "c A 2 2 +6 : ack-2 end");
		sum = &d.sum[0];
		SHAPE(sum, ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(sum->close_ns, 11 * MS);
		TAP_EQUAL(sum->half_close_ns, SYNFIN_NS_NONE);
		BYTES(sum, 0, 0, 0);
	}
}

static void simultaneous_close(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 : fin-1; s FA 1 1 : fin-2 @FIN_FIN;"
		     "c A 2 2 : ack-2 @LAST; s A 2 2 : ack-1 end @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, SIMULTANEOUS, BOTH);
		TAP_EQUAL(d.sum[0].close_ns, 3 * MS);
	}
}

static void half_close_with_data_going_on(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2 : ack-1;"
		     "s PA 1 2 1000 +1000 : not_awaited @HALF; c A 2 1001;"
		     "s PA 1001 2 1000 +4000 : not_awaited @HALF; c A 2 2001;"
		     "s FA 2001 2 +10 : fin-2; c A 2 2002 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		TAP_EQUAL(d.sum[0].half_close_ns, 5012 * MS);
		BYTES(&d.sum[0], 0, 2000, 0);
	}
}

static void half_closed_when_time_is_over(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2; expire +9000 : timeout end gone");
		SHAPE(&d.sum[0], ESTABLISHED, HALF_CLOSED, CLIENT);
		TAP_EQUAL(d.step[5].from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(d.sum[0].half_close_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(d.sum[0].close_ns, SYNFIN_NS_NONE);
	}
}

static void half_closed_by_the_server_waits_for_the_client(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "s FA 1 1; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, HALF_CLOSED, SERVER);
	TAP_EQUAL(d.step[4].from, SYNFIN_FROM_CLIENT);
}

static void last_ack_never_comes(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 1 1; s A 1 2; s FA 1 2; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
	TAP_EQUAL(d.step[6].from, SYNFIN_FROM_CLIENT);
	TAP_EQUAL(d.sum[0].close_ns, SYNFIN_NS_NONE);
}

static void last_ack_of_crossed_fins_never_comes(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 1 1; s FA 1 1; c A 2 2; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, SIMULTANEOUS, BOTH);
	TAP_EQUAL(d.step[6].from, SYNFIN_FROM_SERVER);
}

static void fin_with_data(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 70 : fin-1; s A 1 72 : ack-1;"
		     "s FA 1 72 30 : fin-2; c A 72 32 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		BYTES(&d.sum[0], 70, 30, 0);
		TAP_EQUAL(d.step[3].len, 70);
	}
}

static void ack_of_the_data_only_is_no_ack_of_the_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 70; s A 1 71 : not_awaited @FIN;"
		     "s A 1 72 : ack-1 @HALF");
	}
}

static void fin_repeated(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; c FA 1 1 +200 : fin-1*2;"
		     "c FA 1 1 +400 : fin-1*3; s A 1 2 : ack-1; s FA 1 2;"
		     "c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 4, 0);
		TAP_EQUAL(d.sum[0].close_ns, 603 * MS);
	}
}

static void fin_repeated_without_its_data(void)
{
	/* The data has been acknowledged meanwhile: the FIN is where it was. */
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 1 1 70; c FA 71 1 : fin-1*2 @FIN");
}

static void second_fin_repeated_after_a_lost_ack(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s FA 1 2; c A 2 2 : ack-2 end;"
		     "s FA 1 2 +200 : fin-2*2; c A 2 2 : ack-2*2 @DONE;"
		     "c A 2 2 : late");
		TAP_EQUAL(d.sums, 1);
	}
}

static void first_ack_repeated(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2; c FA 1 1 : fin-1*2;"
		     "s A 1 2 : ack-1*2 @HALF; s A 1 2 : not_awaited");
		SHAPE(dialogue_finish(&d), ESTABLISHED, HALF_CLOSED, CLIENT);
	}
}

static void lost_ack_made_good_by_a_repeated_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s FA 1 1; c FA 1 2 : fin-1*2 @LAST;"
		     "s FA 1 2 : fin-2*2 end @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, SIMULTANEOUS, BOTH);
	}
}

static void second_fin_overtakes_the_first_ack(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s FA 1 2 : fin-2; s A 1 2 : not_awaited;"
		     "c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	}
}

static void data_overtaken_by_its_fin(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c FA 101 1 : fin-1; c PA 1 1 100 : not_awaited @FIN;"
	     "s A 1 102 : ack-1; s FA 1 102; c A 102 2 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
	BYTES(&d.sum[0], 100, 0, 0);
}

static void every_segment_of_the_close_twice(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; c FA 1 1 : fin-1*2; s A 1 2 : ack-1;"
		     "s A 1 2 : not_awaited; s FA 1 2; s FA 1 2 : fin-2*2;"
		     "c A 2 2 : ack-2 end; c A 2 2 : late @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 4, 0);
		TAP_EQUAL(d.sums, 1);
	}
}

static void numbers_wrap_in_the_close(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "isn 0xfffffff0 0xffffff00;" SHAKE
		     "c PA 1 1 14; s PA 1 15 254; c FA 15 255 : fin-1;"
		     "s A 255 16 : ack-1; s FA 255 16 10 : fin-2;"
		     "c A 16 266 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		BYTES(&d.sum[0], 14, 264, 0);
	}
}

/* Before the FIN: one below what was sent (RFC 9293, 3.8.4). */
static void keepalives_are_no_close(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c A 0 1 +7200000 : not_awaited @OPEN;"
		     "s A 1 1 : not_awaited @OPEN; c A 0 1 1 +75000 : not_awaited;"
		     "s A 1 1; c FA 1 1 : fin-1; s FA 1 2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		BYTES(&d.sum[0], 0, 0, 0);
	}
}

static void window_probes_are_no_close(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 100; s A 1 101; c A 100 1 +200;"
		     "s A 1 101 : not_awaited; c PA 101 1 1 +400 : not_awaited;"
		     "s A 1 101 : not_awaited @OPEN");
	}
}

static void keepalive_in_a_half_close(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2; s A 0 2 +9000 : not_awaited;"
		     "c A 2 1 : not_awaited @HALF; c A 1 1 : not_awaited @HALF;"
		     "s FA 1 2 : fin-2");
	}
}

static void keepalive_probe_before_an_unacknowledged_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s A 1 11; c FA 11 1;"
		     "c A 10 1 1 : not_awaited @FIN; s A 1 12 : ack-1");
	}
}

/* What lies before the FIN is missing: the other end closes, and knows nothing of it. */
static void fin_ahead_of_what_is_missing(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 101 1 : fin-1 @FIN; s FA 1 1 : fin-2 @FIN_FIN;"
		     "c PA 1 1 100; s A 2 102 : ack-1 @LAST; c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, SIMULTANEOUS, BOTH);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
		if (all)
			BYTES(&d.sum[0], 100, 0, 0);
	}
}

/* Only one of two can be where its sender ended: the other end's was the first. */
static void fin_elsewhere_takes_a_doubted_one_back(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 101 1 : fin-1; s FA 1 1 : fin-2 @FIN_FIN;"
		     "c FA 1 2 : fin-2 back @LAST; s A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, SERVER);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
	}
}

/* What hooks do not see is ordinary data: nothing is missing, however long it takes. */
static void much_passes_unseen_for_long(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 100001 200001 +5000 : fin-1 @FIN;"
	     "s A 900001 100002 +5000 : ack-1 @HALF; c A 100002 900001 : not_awaited @HALF;"
	     "s FA 900001 100002 +5000 : fin-2; c A 100002 900002 : ack-2 end");
	BYTES(&d.sum[0], 100000, 900000, 0);
}

static const struct tap_test tests[] = {
	TAP_TEST(much_passes_unseen_for_long),
	TAP_TEST(fin_ahead_of_what_is_missing),
	TAP_TEST(fin_elsewhere_takes_a_doubted_one_back),
	TAP_TEST(four_way_by_the_client),
	TAP_TEST(four_way_by_the_server),
	TAP_TEST(three_way),
	TAP_TEST(simultaneous_close),
	TAP_TEST(half_close_with_data_going_on),
	TAP_TEST(half_closed_when_time_is_over),
	TAP_TEST(half_closed_by_the_server_waits_for_the_client),
	TAP_TEST(last_ack_never_comes),
	TAP_TEST(last_ack_of_crossed_fins_never_comes),
	TAP_TEST(fin_with_data),
	TAP_TEST(ack_of_the_data_only_is_no_ack_of_the_fin),
	TAP_TEST(fin_repeated),
	TAP_TEST(fin_repeated_without_its_data),
	TAP_TEST(second_fin_repeated_after_a_lost_ack),
	TAP_TEST(first_ack_repeated),
	TAP_TEST(lost_ack_made_good_by_a_repeated_fin),
	TAP_TEST(second_fin_overtakes_the_first_ack),
	TAP_TEST(data_overtaken_by_its_fin),
	TAP_TEST(every_segment_of_the_close_twice),
	TAP_TEST(numbers_wrap_in_the_close),
	TAP_TEST(keepalives_are_no_close),
	TAP_TEST(window_probes_are_no_close),
	TAP_TEST(keepalive_in_a_half_close),
	TAP_TEST(keepalive_probe_before_an_unacknowledged_fin),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
