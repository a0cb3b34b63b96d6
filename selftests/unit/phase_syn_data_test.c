// SPDX-License-Identifier: GPL-2.0
/*
 * Data in the SYN or the SYN-ACK: Fast Open (RFC 7413) and others (RFC 9293, 3.5).
 */
#include "shape.h"

static struct dialogue d;
static int all = SHAPE_NEITHER;

static void fast_open_with_its_data_taken(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 100 : syn; s SA 0 101 : syn-ack;"
		     "c A 101 1 : ack; c FA 101 1 : fin-1; s FA 1 102 : fin-2;"
		     "c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		BYTES(&d.sum[0], 100, 0, 0);
		TAP_IS(d.sum[0].flags & SYNFIN_CONN_SYN_DATA);
		TAP_IS(d.sum[0].completeness & SYNFIN_SEEN_DATA);
		TAP_EQUAL(d.step[0].len, 100);
	}
}

static void data_in_the_syn_left_aside(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 100 : syn; s SA 0 1 : syn-ack;"
		     "c PA 1 1 100 : ack; c FA 101 1 : fin-1;"
		     "s FA 1 102 : fin-2; c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		BYTES(&d.sum[0], 100, 0, 0);
		TAP_EQUAL(d.sum[0].client_rtt_ns, 1 * MS);
		TAP_EQUAL(d.sum[0].handshake_ns, 2 * MS);
	}
}

static void data_in_the_syn_taken_in_part(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0 0 100; s SA 0 61 : syn-ack; c PA 61 1 40 : ack @OPEN");
}

static void more_acknowledged_than_the_syn_held(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0 0 100; s SA 0 102 : bad_ack @SYN");
}

/* To a Fast Open all that there is to say may be said at once. */
static void answer_with_data_and_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 100; s SFA 0 101 50 +4 : syn-ack fin-1 @FIN;"
		     "c A 101 52 +2 : ack ack-1 @HALF;"
		     "c FA 101 52 : fin-2; s A 52 102 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, SERVER);
		TAP_EQUAL(d.sum[0].server_rtt_ns, 4 * MS);
		TAP_EQUAL(d.sum[0].client_rtt_ns, 2 * MS);
		BYTES(&d.sum[0], 100, 50, 0);
	}
}

static void answer_with_fin_is_not_acknowledged(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SFA 0 1 : syn-ack fin-1; s SFA 0 1 : syn-ack*2;"
		     "expire : timeout end gone");
		TAP_EQUAL(d.sum[0].opening, SYNFIN_OPEN_UNACKNOWLEDGED);
	}
}

/* The server of a Fast Open may answer, and even close, before the ACK. */
static void fast_open_answered_before_the_ack(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 100; s SA 0 101; s PA 1 101 500 : not_awaited;"
		     "c A 101 501 : ack @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	}
}

static void fast_open_closed_before_the_ack(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 0 100; s SA 0 101; s PA 1 101 500;"
		     "s FA 501 101 +2 : fin-1 @FIN;"
		     "c A 101 502 +3 : ack ack-1 @HALF;"
		     "c FA 101 502 : fin-2; s A 502 102 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, SERVER);
		TAP_EQUAL(d.sum[0].client_rtt_ns, 6 * MS);
		BYTES(&d.sum[0], 100, 500, 0);
	}
}

/* Data may come with the SYN-ACK (RFC 9293, 3.5), asked for or not: it shows no ACK. */
static void answer_with_data(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1 20 : syn-ack @SYN_ACK; c A 1 21 : ack @OPEN;"
		     "c FA 1 21 : fin-1; s FA 21 2 : fin-2; c A 2 22 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(d.sum[0].client_rtt_ns, 1 * MS);
		TAP_EQUAL(d.sum[0].handshake_ns, 2 * MS);
		BYTES(&d.sum[0], 0, 20, 0);
		TAP_IS(!(d.sum[0].flags & SYNFIN_CONN_SYN_DATA));
	}
}

static void answer_with_data_left_aside(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1 20; c A 1 1 : ack @OPEN");
		TAP_EQUAL(dialogue_finish(&d)->handshake_ns, 2 * MS);
	}
}

static void answer_with_data_is_given_up(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1 20; s SA 0 1 20 : syn-ack*2; c R 1 : rst;"
		     "expire : end gone");
		SHAPE(&d.sum[0], ABORTED, NONE, NOBODY);
	}
}

static void answer_with_data_and_more(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; s SA 0 1 20; s PA 21 1 500 : not_awaited; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
	/* Behind a hole; the same again, and more; and what nobody believes. */
	PLAY((dialogue_begin(&d, 0), &d),
	     "c S 0; s SA 0 1 20; s PA 121 1 500 : not_awaited; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
	PLAY((dialogue_begin(&d, 0), &d),
	     "c S 0; s SA 0 1 20; s PA 1 1 500 : not_awaited; expire : timeout end gone");
	SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
	PLAY((dialogue_begin(&d, 0), &d),
	     "c S 0; s SA 0 1 20; s PA 21 0x60000000 500 : not_awaited;"
	     "expire : timeout end gone");
	SHAPE(&d.sum[0], UNACKNOWLEDGED, NONE, NOBODY);
}

static void answer_with_data_that_nobody_acknowledges(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0; s SA 0 1 20; s SA 0 1 20; expire : timeout end gone");
	SHAPE(&d.sum[0], UNACKNOWLEDGED, NONE, NOBODY);
}

static void server_closes_before_the_ack_and_it_never_comes(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, "c S 0 0 9; s SA 0 10; s FA 1 10 : fin-1 @FIN;"
	     "expire : timeout end gone");
	SHAPE(&d.sum[0], UNACKNOWLEDGED, HALF_CLOSED, SERVER);
}

static const struct tap_test tests[] = {
	TAP_TEST(fast_open_with_its_data_taken),
	TAP_TEST(data_in_the_syn_left_aside),
	TAP_TEST(data_in_the_syn_taken_in_part),
	TAP_TEST(more_acknowledged_than_the_syn_held),
	TAP_TEST(answer_with_data_and_fin),
	TAP_TEST(answer_with_fin_is_not_acknowledged),
	TAP_TEST(fast_open_answered_before_the_ack),
	TAP_TEST(fast_open_closed_before_the_ack),
	TAP_TEST(answer_with_data),
	TAP_TEST(answer_with_data_left_aside),
	TAP_TEST(answer_with_data_is_given_up),
	TAP_TEST(answer_with_data_and_more),
	TAP_TEST(answer_with_data_that_nobody_acknowledges),
	TAP_TEST(server_closes_before_the_ack_and_it_never_comes),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
