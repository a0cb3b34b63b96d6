// SPDX-License-Identifier: GPL-2.0
/*
 * Resets: by each side, before, during and after the close; believed, doubted,
 * taken back.
 */
#include "shape.h"

static struct dialogue d;
static const struct synfin_record_conn *sum;
static int all = SHAPE_NEITHER;

static void true_reset_by_the_client(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s PA 1 11 20; c A 11 21;"
		     "c RA 11 21 !T : rst end @DONE");
		sum = &d.sum[0];
		SHAPE(sum, ESTABLISHED, RESET, CLIENT);
		COUNTS(sum, 1, 1, 0, 1);
		TAP_EQUAL(sum->flags & SYNFIN_CONN_BYTES_PARTIAL,
			  SYNFIN_CONN_BYTES_PARTIAL);
		HISTORY(sum, "ShAR");
		if (all)
			BYTES(sum, 10, 20, 1);
	}
}

static void true_reset_by_the_server(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "s R 1 !T : rst end @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
		HISTORY(&d.sum[0], "ShAr");
	}
}

static void forwarded_reset_is_believed_when_silence_follows(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "s R 1 : rst @OPEN; expire +9000 : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
		COUNTS(&d.sum[0], 1, 1, 0, 1);
		TAP_EQUAL(d.sum[0].duration_ns, 3 * MS);
	}
}

static void forwarded_reset_is_believed_when_the_capture_ends(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 1 : rst @OPEN; finish : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
	}
}

static void doubted_reset_is_believed_when_evicted(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c R 1 : rst; evict : end gone");
	SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
}

static void reset_is_taken_back_when_its_sender_goes_on(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 1 : rst; c PA 1 1 10 : not_awaited back @OPEN;"
		     "c FA 11 1 : fin-1; s FA 1 12; c A 12 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	}
}

static void reset_is_taken_back_when_more_is_acknowledged(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 1 : rst; s A 1 11 : not_awaited back @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	}
}

static void segments_on_their_way_take_no_reset_back(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s A 1 11; c R 11 : rst;"
		     "s PA 1 11 100 : not_awaited; s PA 101 1 100 : not_awaited;"
		     "c PA 1 1 10 : not_awaited @OPEN; expire : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
	}
}

static void fin_on_its_way_takes_no_reset_back(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 1 : rst; s FA 1 1 : fin-1; expire : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 1, 1);
	}
}

static void its_sender_speaks_again_much_later(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s A 1 11; c R 11 : rst;"
		     "c A 11 1 +3000 : not_awaited back @OPEN");
	}
}

static void traffic_is_awaited_after_a_doubted_reset(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c R 1");
	TAP_IS(synfin_phase_awaits(&d.conn));
	PLAY(&d, "c PA 1 1 10 : not_awaited back");
	TAP_IS(!synfin_phase_awaits(&d.conn));
}

static void reset_answered_by_a_reset(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 1 : rst; s R 1 : rst; finish : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 0, 2);
	}
}

static void reset_after_the_first_fin(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s R 1 !T : rst end");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
		COUNTS(&d.sum[0], 1, 1, 1, 1);
		HISTORY(&d.sum[0], "ShAFr");
	}
}

static void closer_is_gone_and_data_comes(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2; s PA 1 2 100;"
		     "c R 2 : rst @HALF; finish : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 1, 1);
	}
}

static void closer_is_gone_and_answers_older_data(void)
{
	/* The data was sent before the FIN came, and acknowledges less. */
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 10; s A 1 11; c FA 11 1; s A 1 12;"
		     "s PA 1 1 100; c R 1 : rst; finish : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
	}
}

static void reset_after_both_fins(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s A 1 2; s FA 1 2; c R 2 !T : rst end");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 2, 1);
	}
}

static void reset_in_time_wait_changes_nothing(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s FA 1 2; c A 2 2 : ack-2 end;"
		     "s R 2 : rst @DONE; c R 2 : rst @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		TAP_EQUAL(d.sums, 1);
	}
}

static void refused_again_for_a_repeated_syn(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s RA -5000 1 : rst; c S 0 : syn*2;"
		     "s RA -5000 1 : rst*2; expire : stays; expire +3000 : end gone");
		TAP_EQUAL(d.sums, 1);
		SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
		COUNTS(&d.sum[0], 2, 0, 0, 2);
		PLAY((dialogue_begin(&d, all), &d),
		     "c S 0; s RA -5000 1 !T : rst end; c S 0 : syn*2 @DONE;"
		     "s RA -5000 1 : rst*2 @DONE");
		TAP_EQUAL(d.sums, 1);
	}
}

/* All that comes after the end is late: it ends nothing a second time. */
static void fin_repeated_after_a_reset(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1; s R 1 !T : rst end;"
		     "c FA 1 1 : fin-1*2 @DONE; s A 1 2 : ack-1 @DONE");
		TAP_EQUAL(d.sums, 1);
	}
}

static void reset_of_an_older_connection(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "s R 700 : rst end @DONE");
		SHAPE(&d.sum[0], MIDSTREAM, RESET, SERVER);
		TAP_EQUAL(d.step[0].since_ns, SYNFIN_NS_NONE);
		TAP_IS(d.sum[0].flags & SYNFIN_CONN_FLIPPED);
		HISTORY(&d.sum[0], "^r");
	}
}

/* Where data passes unseen, gigabytes may lie between two segments. */
static void reset_after_three_gigabytes_unseen(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "s RA 3000000001 1 +30000 : rst; expire : end gone");
	SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
}

/* It says nothing that not anybody could, where nobody looked. */
static void reset_anywhere_is_anybodys(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "s R 3000000001 +30000 : forged_rst; s R 1 : rst; expire : end gone");
	SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
}

static void reset_with_an_ack_after_three_gigabytes_unseen(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE "c RA 1 3000000001 +30000 : rst; expire : end gone");
	SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
}

/* What was under way when a closed socket reset confirms its FIN once more. */
static void reset_behind_its_fin_is_not_taken_back_by_an_ack_of_it(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 100; c FA 101 1 : fin-1; s A 1 102 : ack-1;"
		     "s PA 1 102 50; c R 51 : rst @HALF; s A 51 102 : not_awaited;"
		     "expire : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
	}
}

/* The ACK of both FINs was under way when the client's socket was gone. */
static void reset_right_behind_its_fin_is_true(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "s FA 1 1; c A 1 2; c FA 1 2; c R 2 : rst;"
		     "s A 2 2 : ack-2 end @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 2, 1);
		TAP_EQUAL(d.sum[0].close_ns, SYNFIN_NS_NONE);
		TAP_IS(d.sum[0].flags & SYNFIN_CONN_BYTES_PARTIAL);
		/* Anywhere else it was made up. */
		PLAY((dialogue_begin(&d, all), &d),
		     SHAKE "s FA 1 1; c A 1 2; c FA 1 2; c R 1 : rst;"
		     "s A 2 2 : ack-2 back end @DONE");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, SERVER);
	}
}

/* Its sender is gone; so is the other end's socket, which answers what was overtaken. */
static void reset_overtakes_what_was_sent_before(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 : fin-1; s A 1 2 : ack-1;"
		     "s RA 101 2 : rst @HALF; s PA 1 2 100 +5; c R 2 : rst @HALF;"
		     "expire +90000 : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
	}
}

static void what_was_under_way_takes_no_reset_back(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 : fin-1; s A 1 2 : ack-1; s PA 201 2 100;"
		     "s R 1 : rst @HALF; s PA 101 2 100 +5; s PA 1 2 100;"
		     "c R 2 : rst @HALF; expire +90000 : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
	}
}

/* A socket that is gone answers older segments with older numbers. */
static void the_last_of_several_resets_counts(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 1 1 : fin-1; s A 1 2 : ack-1;"
		     "s RA 101 2 : rst @HALF; s R 1 : rst*2; s PA 1 2 100;"
		     "c R 2 : rst @HALF; expire +90000 : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(reset_overtakes_what_was_sent_before),
	TAP_TEST(what_was_under_way_takes_no_reset_back),
	TAP_TEST(the_last_of_several_resets_counts),
	TAP_TEST(reset_right_behind_its_fin_is_true),
	TAP_TEST(reset_behind_its_fin_is_not_taken_back_by_an_ack_of_it),
	TAP_TEST(true_reset_by_the_client),
	TAP_TEST(true_reset_by_the_server),
	TAP_TEST(forwarded_reset_is_believed_when_silence_follows),
	TAP_TEST(forwarded_reset_is_believed_when_the_capture_ends),
	TAP_TEST(doubted_reset_is_believed_when_evicted),
	TAP_TEST(reset_is_taken_back_when_its_sender_goes_on),
	TAP_TEST(reset_is_taken_back_when_more_is_acknowledged),
	TAP_TEST(segments_on_their_way_take_no_reset_back),
	TAP_TEST(fin_on_its_way_takes_no_reset_back),
	TAP_TEST(its_sender_speaks_again_much_later),
	TAP_TEST(traffic_is_awaited_after_a_doubted_reset),
	TAP_TEST(reset_answered_by_a_reset),
	TAP_TEST(reset_after_the_first_fin),
	TAP_TEST(closer_is_gone_and_data_comes),
	TAP_TEST(closer_is_gone_and_answers_older_data),
	TAP_TEST(reset_after_both_fins),
	TAP_TEST(reset_in_time_wait_changes_nothing),
	TAP_TEST(refused_again_for_a_repeated_syn),
	TAP_TEST(fin_repeated_after_a_reset),
	TAP_TEST(reset_of_an_older_connection),
	TAP_TEST(reset_after_three_gigabytes_unseen),
	TAP_TEST(reset_anywhere_is_anybodys),
	TAP_TEST(reset_with_an_ack_after_three_gigabytes_unseen),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
