// SPDX-License-Identifier: GPL-2.0
/*
 * Forged segments: none may open, move or end a connection; each has its counter.
 *
 * After each the dialogue goes on as if nothing had been said.
 */
#include "shape.h"

#define CLOSE	"c FA 1 1 : fin-1; s A 1 2 : ack-1; s FA 1 2 : fin-2;" \
		"c A 2 2 : ack-2 end"

static struct dialogue d;
static int all = SHAPE_NEITHER;

static void goes_on(const char *shake, const char *forged, const char *rest)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, shake);
		PLAY(&d, forged);
		PLAY(&d, rest);
		TAP_EQUAL(d.sums, 1);
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
		HISTORY(&d.sum[0], "ShAFaf");
		BYTES(&d.sum[0], 0, 0, 0);
		TAP_EQUAL(d.steps, 7);
	}
}

static void syn_ack_with_a_wrong_ack(void)
{
	goes_on("c S 0;", "s SA 0x40000000 0x50000000 : bad_ack @SYN;"
		"s SA 0 2 : bad_ack @SYN; s SA 0 0 : bad_ack @SYN",
		"s SA 0 1 : syn-ack; c A 1 1 : ack;" CLOSE);
}

static void ack_with_a_wrong_number(void)
{
	goes_on("c S 0; s SA 0 1;", "c A 1 0x50000000 : bad_ack @SYN_ACK;"
		"c A 1 2 : bad_ack @SYN_ACK; c PA 1 1001 9 : bad_ack @SYN_ACK;"
		"c A 1 0 : bad_ack @SYN_ACK; c A 0x60000000 1 : bad_ack @SYN_ACK",
		"c A 1 1 : ack;" CLOSE);
}

static void ack_after_data_in_the_syn_with_a_wrong_number(void)
{
	while (shape_source(&d, &all))
		PLAY(&d, "c S 0 0 9; s SA 0 10; c A 10 0x50000000 : bad_ack");
}

static void reset_of_a_syn_with_a_wrong_ack(void)
{
	goes_on("c S 0;", "s RA 0 9 : forged_rst @SYN; s R 0 : forged_rst @SYN;"
		"c R 0x60000000 : forged_rst @SYN",
		"s SA 0 1 : syn-ack; c A 1 1 : ack;" CLOSE);
}

static void reset_of_an_answer_out_of_sequence(void)
{
	goes_on("c S 0; s SA 0 1;", "s RA 0x60000000 1 : forged_rst @SYN_ACK;"
		"s R 0x60000000 : forged_rst; c R 0x60000000 : forged_rst",
		"c A 1 1 : ack;" CLOSE);
}

static void icmp_error_after_the_answer(void)
{
	goes_on("c S 0; s SA 0 1;", "c icmp 0 : icmp_other @SYN_ACK",
		"c A 1 1 : ack; c icmp 1 : icmp_other @OPEN;" CLOSE);
}

static void reset_out_of_the_window(void)
{
	goes_on(SHAKE, "c R 0x60000000 : forged_rst @OPEN;"
		"s R 0x60000000 : forged_rst @OPEN;"
		"c RA 0x60000000 1 : forged_rst; s R -70000 : forged_rst", CLOSE);
}

static void reset_that_its_socket_disowns(void)
{
	goes_on(SHAKE, "c R 1 !F : forged_rst @OPEN; s RA 1 1 !F : forged_rst",
		CLOSE);
}

static void reset_out_of_the_window_during_the_close(void)
{
	goes_on(SHAKE "c FA 1 1 : fin-1;", "c R 0x60000000 : forged_rst @FIN;"
		"s R 0x60000000 : forged_rst @FIN; s R 1 !F : forged_rst",
		"s A 1 2 : ack-1; c R 0x60000000 : forged_rst @HALF;"
		"s R 0x60000000 : forged_rst; s FA 1 2 : fin-2;"
		"c R 0x60000000 : forged_rst @LAST;"
		"s R 0x60000000 : forged_rst @LAST; c A 2 2 : ack-2 end");
}

static void reset_out_of_the_window_after_the_end(void)
{
	while (shape_source(&d, &all))
		PLAY(&d, SHAKE CLOSE "; c R 0x60000000 : forged_rst @DONE;"
		     "s R 0x60000000 : forged_rst @DONE");
}

static void fin_out_of_place(void)
{
	goes_on(SHAKE, "c FA 0x60000000 1 : forged_fin @OPEN;"
		"s FA 0x60000000 1 : forged_fin @OPEN;"
		"c FA -9 1 : forged_fin @OPEN; c F 1 : forged_fin @OPEN;"
		"c FA 1 1 !F : forged_fin @OPEN", CLOSE);
}

/* Somebody on the way has seen the SYN, and is faster than the server. */
static void fin_before_the_answer(void)
{
	static const char *const early[] = {
		"s FA 0x50000000 1 : fin-1 @FIN",
		"s RA -1 1 : rst; s FA 0x50000000 1 : fin-1 back @FIN",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(early); i++) {
		while (shape_source(&d, &all)) {
			PLAY(&d, "c S 0");
			PLAY(&d, early[i]);
			PLAY(&d, "s SA 0 1 : syn-ack back @SYN_ACK; c A 1 1 : ack;" CLOSE);
			TAP_EQUAL(d.sums, 1);
			SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
			COUNTS(&d.sum[0], 1, 1, 2, i);
			BYTES(&d.sum[0], 0, 0, 0);
		}
	}
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s FA 1 1 : fin-1; s SA 0 1 : syn-ack; c A 1 2 : ack-1;"
		     "c FA 1 2 : fin-2; s A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, SERVER);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
	}
}

/* The client makes up what the server will say. */
static void an_ack_of_what_was_not_said(void)
{
	static const char *const made_up[] = {
		"c A 1 0x50000000 : ack @OPEN", "c PA 1 0x50000000 9 : ack @OPEN",
		"c FA 1 0x50000000 : ack fin-1 @FIN",
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(made_up); i++) {
		while (shape_source(&d, &all)) {
			PLAY(&d, "c S 0");
			PLAY(&d, made_up[i]);
			PLAY(&d, i == 2 ? "s SA 0 1 : syn-ack back @SYN_ACK" :
					  "s SA 0 1 : syn-ack @SYN_ACK");
			TAP_IS(d.conn.server_rtt_ns != SYNFIN_NS_NONE);
			PLAY(&d, "c A 1 1 : ack*2 @OPEN; c A 1 1 : not_awaited @OPEN");
		}
	}
}

/* Who comes so late has guessed; of a capture that is out of order, see order.c. */
static void syn_with_data_after_its_answer(void)
{
	for (int shown = 0; shown < 2; shown++) {
		dialogue_begin(&d, shown);
		PLAY(&d, "s SA 0 1 : syn-ack; c A 1 1 : ack @OPEN; c S -9 0 30 : new syn @SYN");
	}
}

static void fin_with_a_wrong_ack(void)
{
	goes_on(SHAKE, "c FA 1 0x60000000 : forged_fin @OPEN;"
		"s FA 1 0x60000000 : forged_fin @OPEN", CLOSE);
}

static void second_fin_with_a_wrong_ack(void)
{
	goes_on(SHAKE "c FA 1 1 : fin-1;", "s FA 1 3 : forged_fin @FIN;"
		"s FA 1 0xa0000000 : forged_fin @FIN;"
		"s FA 0x60000000 2 : forged_fin @FIN",
		"s A 1 2 : ack-1; s FA 0x60000000 2 : forged_fin @HALF;"
		"s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
}

/* It stands beside what goes on, and comes to nothing. */
static void syn_inside_a_connection(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c S 0x60000000 : new syn @SYN; s A 1 1 : not_awaited @OPEN;"
		     "s S 0x50000000 : syn @SYN_SYN; c A 1 1 : not_awaited @OPEN;" CLOSE);
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
		SHAPE(dialogue_finish(&d), UNANSWERED, NONE, NOBODY);
	}
}

static void syn_ack_out_of_the_blue_inside_a_connection(void)
{
	goes_on(SHAKE, "s SA 77 0x60000000 : bad_ack @OPEN;"
		"c SA 77 0x60000000 : bad_ack; s SA 77 1 : bad_ack", CLOSE);
}

static void syn_ack_for_a_made_up_syn_from_the_wrong_end(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c S 70000 : new syn; c SA 9 70001 : bad_ack @SYN;" CLOSE);
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
	}
}

static void crossing_syn_does_not_keep_the_answer_out(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0 : syn; s S 0x12345678 : syn @SYN_SYN;"
		     "s SA 0 1 : syn-ack @SYN_ACK; c A 1 1 : ack @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	}
}

/* A number made up moves nothing that later decides about a FIN or a RST. */
static void data_and_acks_made_up(void)
{
	goes_on(SHAKE, "c A 0x30000000 0x30000000; s A 0x30000000 0x30000000;"
		"c PA 0x60000000 0x60000000 99;"
		"s PA 0x60000000 0x60000000 99", CLOSE);
}

static void data_made_up_before_the_ack(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; s PA 0x30000000 0x30000000 50;"
		     "c A 1 1 : ack; c FA 1 1 : fin-1; s FA 1 2;"
		     "c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	}
}

static void data_made_up_takes_no_fin_back(void)
{
	goes_on(SHAKE "c FA 1 1 : fin-1;",
		"c PA 0x30000000 1 50 : not_awaited @FIN;"
		"c PA 0x60000000 1 50 : not_awaited @FIN",
		"s A 1 2 : ack-1; s FA 1 2 : fin-2; c A 2 2 : ack-2 end");
}

/* What it acknowledges was not sent: that makes no true RST a forged one. */
static void fin_made_up_does_not_hide_a_reset(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; c A 1 1; c FA 1 9999 : fin-1;"
		     "c PA 1 1 100 : not_awaited back @OPEN; s RA 1 101 : rst;"
		     "expire : end gone");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, SERVER);
	}
}

static void fin_made_up_is_taken_back_when_its_sender_goes_on(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 51 1 : fin-1 @FIN;"
		     "c PA 1 1 100 : not_awaited back @OPEN;"
		     "c FA 101 1 : fin-1 @FIN; s A 1 102 : ack-1;"
		     "s FA 1 102; c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 1, 1, 2, 0);
		BYTES(&d.sum[0], 100, 0, 0);
	}
}

static void fin_made_up_is_taken_back_when_more_is_acknowledged(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 51 1 : fin-1 @FIN;"
		     "s A 1 101 : not_awaited back @OPEN;"
		     "c FA 101 1 : fin-1; s FA 1 102; c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
	}
}

static void fin_made_up_is_taken_back_by_the_right_one(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c FA 51 1 : fin-1; c FA 101 1 : fin-1 back;"
		     "s FA 1 102 : fin-2 @LAST; c A 102 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
		BYTES(&d.sum[0], 100, 0, 0);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(syn_ack_with_a_wrong_ack),
	TAP_TEST(ack_with_a_wrong_number),
	TAP_TEST(ack_after_data_in_the_syn_with_a_wrong_number),
	TAP_TEST(reset_of_a_syn_with_a_wrong_ack),
	TAP_TEST(reset_of_an_answer_out_of_sequence),
	TAP_TEST(icmp_error_after_the_answer),
	TAP_TEST(reset_out_of_the_window),
	TAP_TEST(reset_that_its_socket_disowns),
	TAP_TEST(reset_out_of_the_window_during_the_close),
	TAP_TEST(reset_out_of_the_window_after_the_end),
	TAP_TEST(fin_out_of_place),
	TAP_TEST(fin_before_the_answer),
	TAP_TEST(an_ack_of_what_was_not_said),
	TAP_TEST(syn_with_data_after_its_answer),
	TAP_TEST(fin_with_a_wrong_ack),
	TAP_TEST(second_fin_with_a_wrong_ack),
	TAP_TEST(syn_inside_a_connection),
	TAP_TEST(syn_ack_out_of_the_blue_inside_a_connection),
	TAP_TEST(syn_ack_for_a_made_up_syn_from_the_wrong_end),
	TAP_TEST(crossing_syn_does_not_keep_the_answer_out),
	TAP_TEST(data_and_acks_made_up),
	TAP_TEST(data_made_up_before_the_ack),
	TAP_TEST(data_made_up_takes_no_fin_back),
	TAP_TEST(fin_made_up_does_not_hide_a_reset),
	TAP_TEST(fin_made_up_is_taken_back_when_its_sender_goes_on),
	TAP_TEST(fin_made_up_is_taken_back_when_more_is_acknowledged),
	TAP_TEST(fin_made_up_is_taken_back_by_the_right_one),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
