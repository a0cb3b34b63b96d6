// SPDX-License-Identifier: GPL-2.0
/*
 * Several connections on the same endpoints, one after the other.
 */
#include "shape.h"

#define CLOSE "c FA 1 1; s A 1 2; s FA 1 2;"

static struct dialogue d;
static int all = SHAPE_NEITHER;

static void port_reused_after_the_end(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; isn 90000 80000;"
		     "c S 0 +100 : again syn @SYN; s SA 0 1 : syn-ack;"
		     "c A 1 1 : ack; c R 1 !T : rst end");
		TAP_EQUAL(d.sums, 2);
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		SHAPE(&d.sum[1], ESTABLISHED, RESET, CLIENT);
		COUNTS(&d.sum[1], 1, 1, 0, 1);
		TAP_EQUAL(d.sum[0].head.id, 1);
		TAP_EQUAL(d.sum[1].head.id, 2);
		TAP_EQUAL(d.sum[1].client_isn, 90000);
		TAP_EQUAL(d.step[7].since_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(d.sum[1].duration_ns, 3 * MS);
	}
}

static void the_server_connects_back(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; isn 90000 80000;"
		     "s S 0 : again syn; c SA 0 1 : syn-ack; s A 1 1 : ack @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[1].head.client_port, 80);
		TAP_EQUAL(d.sum[1].head.server_port, 40000);
	}
}

/* Some systems do, half a second later, with the same number. */
static void refused_client_asks_again(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s RA 0 1 : rst end; c S 0 +500 : syn*2;"
		     "s RA 0 1 : rst*2; c S 0 +500 : syn*3;"
		     "s SA 0 1 +7 : again syn syn-ack @SYN_ACK; c A 1 1 +2 : ack @OPEN");
		SHAPE(&d.sum[0], REFUSED, NONE, NOBODY);
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[1], 1, 1, 0, 0);
		TAP_EQUAL(d.sum[1].server_rtt_ns, 7 * MS);
		TAP_EQUAL(d.sum[1].handshake_ns, 9 * MS);
	}
}

/* By somebody between them: the server answers in spite of it. */
static void refused_in_vain(void)
{
	static const char *const refusals[] = {
		"c S 0; s RA 0 1 : rst end;", "c S 0; c icmp 0 : rst end;",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, refusals[i]);
			PLAY(&d, "s SA 0 1 +7 : again syn syn-ack @SYN_ACK;"
			     "c A 1 1 +2 : ack @OPEN");
			SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
			COUNTS(&d.sum[1], 1, 1, 0, 0);
			TAP_EQUAL(d.sum[1].server_rtt_ns, 8 * MS);
			TAP_EQUAL(d.sum[1].handshake_ns, 10 * MS);
		}
}

static void unanswered_syn_given_up_for_another(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c S 0 +1000; isn 90000 80000;"
		     "c S 0 +5000 : end again syn @SYN; s SA 0 1 : syn-ack");
		SHAPE(&d.sum[0], UNANSWERED, NONE, NOBODY);
		COUNTS(&d.sum[0], 2, 0, 0, 0);
		/* The next one's SYN is no segment of the first. */
		TAP_EQUAL(d.sum[0].duration_ns, 1000 * MS);
	}
}

/* A SYN inside a connection is doubted until the server answers it. */
static void doubted_syn_confirmed_by_its_answer(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "isn 90000 80000; c S 0 +50 : forged_syn @OPEN;"
		     "s SA 0 1 +7 : end again syn syn-ack @SYN_ACK;"
		     "c A 1 1 +2 : ack @OPEN");
		SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[0].duration_ns, 2 * MS);
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[1].server_rtt_ns, 7 * MS);
		TAP_EQUAL(d.sum[1].handshake_ns, 9 * MS);
		TAP_EQUAL(d.sum[1].client_isn, 90000);
	}
}

static void doubted_syn_with_data_confirmed(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "isn 90000 80000; c S 0 0 100 : forged_syn;"
		     "s SA 0 101 : end again syn syn-ack @SYN_ACK;"
		     "c A 101 1 : ack @OPEN");
		TAP_IS(dialogue_finish(&d)->flags & SYNFIN_CONN_SYN_DATA);
	}
}

static void doubted_syn_confirmed_in_every_state(void)
{
	static const char *const before[] = {
		"c S 0; s S 0;", "c S 0; s SA 0 1;", SHAKE, SHAKE "c FA 1 1;",
		SHAKE "c FA 1 1; s A 1 2;", SHAKE "c FA 1 1; s FA 1 1;",
		SHAKE CLOSE,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(before); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, before[i]);
			PLAY(&d, "isn 90000 80000; c S 0 : forged_syn;"
			     "s SA 0 1 : end again syn syn-ack @SYN_ACK");
			TAP_EQUAL(d.sums, 1);
		}
}

static void doubted_syn_answered_after_the_end(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "isn 90000 80000; c S 0 : forged_syn;"
		     "isn 1000 5000; c A 2 2 : ack-2 end @DONE;"
		     "isn 90000 80000; s SA 0 1 : again syn syn-ack @SYN_ACK");
		TAP_EQUAL(d.sums, 1);
	}
}

static void challenged_syn_leads_to_a_reset_and_a_new_one(void)
{
	/* RFC 5961: SYN, challenge ACK, RST with its number, SYN. */
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "isn 90000 80000; c S 0 : forged_syn;"
		     "isn 1000 5000; s A 1 1 : not_awaited; c R 1 : rst;"
		     "isn 90000 80000; c S 0 +1000 : end again syn @SYN;"
		     "s SA 0 1 : syn-ack");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
	}
}

static void challenge_to_a_first_syn(void)
{
	/* The server remembers an older connection that nobody has shown. */
	while (shape_source(&d, &all))
		PLAY(&d, "c S 0; s A 0x3000000 0x3000000 : bad_ack @SYN");
}

static void next_answer_captured_before_its_syn(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; isn 90000 80000;"
	     "s SA 0 1 : again syn-ack @SYN_ACK; c S 0 : syn; c A 1 1 : ack");
	SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
	TAP_EQUAL(d.sums, 2);
}

static void three_in_a_row(void)
{
	unsigned int i;

	while (shape_source(&d, &all)) {
		for (i = 0; i < 3; i++) {
			d.isn[0] += 100000;
			d.isn[1] += 100000;
			PLAY(&d, "c S 0; s SA 0 1 : syn-ack; c A 1 1 : ack;"
			     CLOSE "c A 2 2 : ack-2 end");
		}
		TAP_EQUAL(d.sums, 3);
		TAP_EQUAL(d.sum[2].head.id, 3);
		SHAPE(&d.sum[2], ESTABLISHED, FOUR_WAY, CLIENT);
		HISTORY(&d.sum[2], "ShAFaf");
	}
}

static void repeated_syn_after_the_end_is_the_old_one(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s RA 0 1 : rst end; c S 0 +1000 : syn*2 @DONE;"
		     "s RA 0 1 : rst*2 @DONE");
		TAP_EQUAL(d.sums, 1);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(port_reused_after_the_end),
	TAP_TEST(the_server_connects_back),
	TAP_TEST(refused_client_asks_again),
	TAP_TEST(refused_in_vain),
	TAP_TEST(unanswered_syn_given_up_for_another),
	TAP_TEST(doubted_syn_confirmed_by_its_answer),
	TAP_TEST(doubted_syn_with_data_confirmed),
	TAP_TEST(doubted_syn_confirmed_in_every_state),
	TAP_TEST(doubted_syn_answered_after_the_end),
	TAP_TEST(challenged_syn_leads_to_a_reset_and_a_new_one),
	TAP_TEST(challenge_to_a_first_syn),
	TAP_TEST(next_answer_captured_before_its_syn),
	TAP_TEST(three_in_a_row),
	TAP_TEST(repeated_syn_after_the_end_is_the_old_one),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
