// SPDX-License-Identifier: GPL-2.0
/*
 * Bytes: exactly what was sent, or less, never more; more than the numbers can count.
 */
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;

/* Neither a keepalive's number, nor a FIN's, nor what no window allows. */
static void bytes_are_never_more(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c PA 100001 1 11; s A 1 1; c RA 1 1 : rst");
	TAP_EQUAL(dialogue_finish(&d)->bytes_client, 0);
	dialogue_begin(&d, 1);
	PLAY(&d, "c A 0 1; s A 1 1; s FA 1 1 +9000; c FA 1 2; s A 2 2 : ack-2 end");
	SHAPE(&d.sum[0], MIDSTREAM, THREE_WAY, SERVER);
	BYTES(&d.sum[0], 0, 0, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "s SA 0 1; s PA 1 101 500; s FA 501 101; s A 502 102");
	sum = dialogue_finish(&d);
	BYTES(sum, 100, 500, 1);
}

static void open_with_bytes_so_far(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c PA 1 1 10; s PA 1 11 20; c PA 1 21 10");
	BYTES(dialogue_finish(&d), 10, 20, 1);
}

static void bytes_whose_segments_are_missing_but_acknowledged(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "s A 1 5001; c PA 5001 1 10; s A 1 5011");
	BYTES(dialogue_finish(&d), 5010, 0, 1);
}

static void bytes_from_the_fins_alone(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 301 9001 +50; s FA 9001 302; c A 302 9002");
	SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	BYTES(&d.sum[0], 300, 9000, 0);
	TAP_IS(d.sum[0].completeness & SYNFIN_SEEN_DATA);
}

static void more_than_four_gigabytes_are_counted(void)
{
	__u64 sent = 1;

	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE);
	for (; sent < 5ULL << 30; sent += 1 << 28) {
		dialogue_segment(&d, &d.seg, SYNFIN_FROM_SERVER, SYNFIN_TCP_ACK,
				 DIALOGUE_Y + sent, DIALOGUE_X + 1, 1 << 28);
		dialogue_show(&d, &d.seg);
		dialogue_segment(&d, &d.seg, SYNFIN_FROM_CLIENT, SYNFIN_TCP_ACK,
				 DIALOGUE_X + 1, DIALOGUE_Y + sent + (1 << 28), 0);
		dialogue_show(&d, &d.seg);
	}
	PLAY(&d, "s FA 1073741825 1 : fin-1; c FA 1 1073741826 : fin-2;"
	     "s A 1073741826 2 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, SERVER);
	BYTES(&d.sum[0], 0, 5ULL << 30, 0);
}

static void socket_tells_of_more_than_four_gigabytes(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE);
	dialogue_segment(&d, &d.seg, SYNFIN_FROM_SERVER,
			 SYNFIN_TCP_FIN | SYNFIN_TCP_ACK, DIALOGUE_Y + 1,
			 DIALOGUE_X + 1, 0);
	d.seg.verdict = SYNFIN_VERDICT_TRUE;
	d.seg.told = SYNFIN_TOLD_WRAPPED_OWN;
	dialogue_show(&d, &d.seg);
	PLAY(&d, "c FA 1 2; s A 2 2");
	TAP_IS(d.sum[0].flags & SYNFIN_CONN_BYTES_PARTIAL);
}

/* A RST of the server, after the handshake; all else has passed unseen. */
static void reset_of_what_was_unseen(__u8 told, __u32 own, __u32 peer)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE);
	dialogue_segment(&d, &d.seg, SYNFIN_FROM_SERVER, SYNFIN_TCP_RST | SYNFIN_TCP_ACK,
			 DIALOGUE_Y + 301, DIALOGUE_X + 101, 0);
	d.seg.verdict = SYNFIN_VERDICT_TRUE;
	d.seg.told = told;
	d.seg.own_arrived = DIALOGUE_Y + own;
	d.seg.peer_arrived = DIALOGUE_X + peer;
	dialogue_show(&d, &d.seg);
	SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
}

static void socket_tells_what_arrived_before_a_rst(void)
{
	reset_of_what_was_unseen(SYNFIN_TOLD_ARRIVED, 301, 101);
	BYTES(&d.sum[0], 100, 300, 1);
	TAP_IS(d.sum[0].completeness & SYNFIN_SEEN_DATA);
	/* Nothing arrived; and a socket that knows less than was seen. */
	reset_of_what_was_unseen(SYNFIN_TOLD_ARRIVED, 1, 0);
	BYTES(&d.sum[0], 0, 0, 1);
	TAP_IS(!(d.sum[0].completeness & SYNFIN_SEEN_DATA));
	/* More than any line carries, and what no socket has told. */
	reset_of_what_was_unseen(SYNFIN_TOLD_ARRIVED, 0xf0000000, 0xf0000000);
	BYTES(&d.sum[0], 0, 0, 1);
	reset_of_what_was_unseen(0, 301, 101);
	BYTES(&d.sum[0], 0, 0, 1);
}

/* Between the handshake and the FIN nothing was seen, on any path but the ends. */
static void three_gigabytes_unseen(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "s FA 3000000001 1 +30000 : fin-1 @FIN;"
	     "c A 1 3000000002 : ack-1; c FA 1 3000000002 : fin-2;"
	     "s A 3000000002 2 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, SERVER);
	TAP_EQUAL(d.sum[0].bytes_server, 3000000000);
}

static void three_gigabytes_unseen_before_the_receivers_fin(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c FA 1 3000000001 +30000 : fin-1;"
	     "s FA 3000000001 2 : fin-2; c A 2 3000000002 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
}

/* What was acknowledged as data is no FIN's. */
static void no_fin_where_data_was(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c PA 1 1 10; s A 1 11; c A 11 1; c FA 10 1 : forged_fin");
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "s A 1 1; c FA 0 1 : forged_fin");
}

/* Nor is what is counted moved by a FIN that is taken back, or by a SYN shown late. */
static void counts_from_what_was_seen(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 9 12 10; c FA 8 9 3 : fin-1 @FIN; c A 19 9 10 : not_awaited back @OPEN");
	BYTES(dialogue_finish(&d), 17, 10, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "c A 12 10; c FA 22 15 3 : fin-1 @FIN; s S 9 0 10 : syn");
	BYTES(dialogue_finish(&d), 13, 10, 1);
}

/* What was not seen may have been a FIN. */
static void the_last_number_may_be_a_fins(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 1 1; s PA 1 1 20; s A 22 2");
	BYTES(dialogue_finish(&d), 0, 20, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 1 1; s PA 1 31 20");
	BYTES(dialogue_finish(&d), 30, 20, 1);
	/* Its data and its FIN may have been acknowledged at once. */
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 1 1; s PA 1 31 20; s FA 21 31");
	BYTES(dialogue_finish(&d), 29, 20, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 1 1; s PA 1 31 20; s FA 21 31; s A 22 32");
	BYTES(dialogue_finish(&d), 30, 20, 1);
	dialogue_begin(&d, 1);
	PLAY(&d, "s A 1 1; s PA 1 31 20; c PA 31 21 10");
	BYTES(dialogue_finish(&d), 40, 20, 1);
}

/* The answer that was seen was of another server, which has the same address. */
static void another_servers_numbers_are_no_bytes(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, "c S 0; s SA 0 1; isn 1000 500005000; c PA 1 1 9 : bad_ack; s A 1 10;"
	     "s PA 1 10 20; c A 10 21; c FA 10 21; s FA 21 11; c A 11 22 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	BYTES(&d.sum[0], 9, 20, 1);
	TAP_IS(!(d.sum[0].flags & SYNFIN_CONN_SERVER_ISN));
}

static const struct tap_test tests[] = {
	TAP_TEST(bytes_are_never_more),
	TAP_TEST(open_with_bytes_so_far),
	TAP_TEST(bytes_whose_segments_are_missing_but_acknowledged),
	TAP_TEST(bytes_from_the_fins_alone),
	TAP_TEST(more_than_four_gigabytes_are_counted),
	TAP_TEST(socket_tells_of_more_than_four_gigabytes),
	TAP_TEST(socket_tells_what_arrived_before_a_rst),
	TAP_TEST(three_gigabytes_unseen),
	TAP_TEST(three_gigabytes_unseen_before_the_receivers_fin),
	TAP_TEST(no_fin_where_data_was),
	TAP_TEST(counts_from_what_was_seen),
	TAP_TEST(the_last_number_may_be_a_fins),
	TAP_TEST(another_servers_numbers_are_no_bytes),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
