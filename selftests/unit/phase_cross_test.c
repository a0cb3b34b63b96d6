// SPDX-License-Identifier: GPL-2.0
/*
 * Both ends open at once, and a socket that is connected to itself.
 */
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;
static int all = SHAPE_NEITHER;

static void simultaneous_open(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 : syn; s S 0 : syn; c SA 0 1 : syn-ack;"
		     "s SA 0 1 +4 : syn-ack @OPEN");
		sum = dialogue_finish(&d);
		SHAPE(sum, SIMULTANEOUS, OPEN, NOBODY);
		COUNTS(sum, 2, 2, 0, 0);
		TAP_EQUAL(sum->handshake_ns, 6 * MS);
		HISTORY(sum, "SsHh");
	}
}

static void simultaneous_open_with_plain_acks(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s S 0; c A 1 1 : ack; s A 1 1 : ack @OPEN");
	SHAPE(dialogue_finish(&d), SIMULTANEOUS, OPEN, NOBODY);
}

static void simultaneous_open_with_a_lost_syn_ack(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; s S 0; c SA 0 1; c SA 0 1 : syn-ack*2 @SYN_SYN;"
	     "s SA 0 1 : syn-ack @OPEN");
	SHAPE(dialogue_finish(&d), SIMULTANEOUS, OPEN, NOBODY);
}

/* One end closes before the other has acknowledged its SYN. */
static void simultaneous_open_with_an_early_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s S 0; c FA 1 1 : ack fin-1 @SYN_SYN;"
		     "c FA 1 1 : ack*2 fin-1*2 @SYN_SYN; s SA 0 1 : syn-ack @FIN;"
		     "s A 1 2 : ack-1 @HALF; s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], SIMULTANEOUS, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 2, 1, 3, 0);
		BYTES(&d.sum[0], 0, 0, 0);
		HISTORY(&d.sum[0], "SsAFhaf");
	}
}

static void simultaneous_open_with_early_fins_of_both(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s S 0; s FA 1 1 : ack fin-1 @SYN_SYN;"
		     "c FA 1 1 : ack fin-2 @FIN_FIN; s A 2 2; c A 2 2 : ack-1 end");
		SHAPE(&d.sum[0], SIMULTANEOUS, SIMULTANEOUS, BOTH);
	}
}

static void simultaneous_open_and_an_early_fin_acknowledged_at_once(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s S 0; c FA 1 1; s A 1 2 : ack ack-1 @HALF;"
		     "s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], SIMULTANEOUS, FOUR_WAY, CLIENT);
	}
}

static void simultaneous_open_given_up_after_an_early_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s S 0; c FA 1 1; expire : timeout end gone");
		SHAPE(&d.sum[0], UNANSWERED, NONE, NOBODY);
	}
}

/* The same endpoint twice: the one SYN-ACK is received by its sender. */
static void connected_to_itself(void)
{
	while (shape_source(&d, &all)) {
		d.self = true;
		PLAY(&d, "isn 1000 1000; c S 0 : syn;"
		     "c SA 0 1 : syn-ack @OPEN; c A 1 1 10; c FA 11 1 : fin-1;"
		     "c A 12 12 : ack-2 end @DONE");
		SHAPE(&d.sum[0], SIMULTANEOUS, SIMULTANEOUS, BOTH);
		BYTES(&d.sum[0], 10, 10, 0);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(simultaneous_open),
	TAP_TEST(simultaneous_open_with_plain_acks),
	TAP_TEST(simultaneous_open_with_a_lost_syn_ack),
	TAP_TEST(simultaneous_open_with_an_early_fin),
	TAP_TEST(simultaneous_open_with_early_fins_of_both),
	TAP_TEST(simultaneous_open_and_an_early_fin_acknowledged_at_once),
	TAP_TEST(simultaneous_open_given_up_after_an_early_fin),
	TAP_TEST(connected_to_itself),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
