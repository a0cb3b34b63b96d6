// SPDX-License-Identifier: GPL-2.0
/*
 * Several connections on the same endpoints: one after the other, and beside each other.
 */
#include "shape.h"

#define CLOSE "c FA 1 1; s A 1 2; s FA 1 2;"

static struct dialogue d;
static int all = SHAPE_NEITHER;

static void port_reused_after_the_end(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; isn 90000 80000;"
		     "c S 0 +100 : new syn @SYN; s SA 0 1 : syn-ack;"
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
		     "s S 0 : new syn; c SA 0 1 : syn-ack; s A 1 1 : ack @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[1].head.client_port, 80);
		TAP_EQUAL(d.sum[1].head.server_port, 40000);
	}
}

/* Some systems do, half a second later, with the same number: that is one attempt. */
static void refused_client_asks_again(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s RA 0 1 : rst; c S 0 +500 : syn*2;"
		     "s RA 0 1 : rst*2; c S 0 +500 : syn*3;"
		     "s SA 0 1 +7 : syn-ack back @SYN_ACK; c A 1 1 +2 : ack @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[0], 3, 1, 0, 2);
		TAP_EQUAL(d.sum[0].server_rtt_ns, SYNFIN_NS_NONE);
		TAP_EQUAL(d.sum[0].handshake_ns, 1011 * MS);
	}
}

/* By somebody between them: the server answers in spite of it. */
static void refused_in_vain(void)
{
	static const char *const refusals[] = {
		"c S 0; s RA 0 1 : rst;", "c S 0; c icmp 0 : rst;",
		"c S 0; c icmp 0 : rst; s RA 0 1 : rst;",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, refusals[i]);
			PLAY(&d, "s SA 0 1 +7 : syn-ack back @SYN_ACK;"
			     "c A 1 1 +2 : ack @OPEN");
			SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
			TAP_EQUAL(d.sums, 1);
			COUNTS(&d.sum[0], 1, 1, 0, i != 1);
			TAP_EQUAL(d.sum[0].server_rtt_ns, (i == 2 ? 9 : 8) * MS);
		}
}

/* A RST between the SYN-ACK and its ACK, which nobody heeds. */
static void reset_in_vain_after_the_answer(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1; s R 1 : rst; c A 1 1 : ack back @OPEN");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[0], 1, 1, 0, 1);
	}
}

static void failures_are_believed_when_nothing_follows(void)
{
	static const struct {
		const char *script;
		__u8 opening;
	} cases[] = {
		{ "c S 0; s RA 0 1", SYNFIN_OPEN_REFUSED },
		{ "c S 0; c icmp 0", SYNFIN_OPEN_UNREACHABLE },
		{ "c S 0; c R 1", SYNFIN_OPEN_ABORTED },
		{ "c S 0; c icmp 0; c S 0; c icmp 0; c S 0; s SA 0 1; c R 1",
		  SYNFIN_OPEN_ABORTED },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, cases[i].script);
			TAP_EQUAL(synfin_phase_wait(&d.conn), SYNFIN_WAIT_DOUBTED);
			PLAY(&d, "expire : end gone");
			TAP_EQUAL(d.sum[0].opening, cases[i].opening);
			TAP_EQUAL(d.sum[0].closing, SYNFIN_CLOSE_NONE);
		}
}

/* Each attempt is told for itself; the one that is answered is the one that asked. */
static void attempts_beside_each_other(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c S 550000 +500 : new syn; c S 0 +500 : syn*2;"
		     "c S 123456 : new syn; c S 0 +2000 : syn*3;"
		     "s SA 0 1 +20 : syn-ack @SYN_ACK; c A 1 1 : ack @OPEN;"
		     "c FA 1 1; s A 1 2; s FA 1 2; c A 2 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, FOUR_WAY, CLIENT);
		COUNTS(&d.sum[0], 3, 1, 2, 0);
		TAP_EQUAL(d.sum[0].handshake_ns, 3022 * MS);
		dialogue_finish(&d);
		SHAPE(&d.sum[1], UNANSWERED, NONE, NOBODY);
		SHAPE(&d.sum[2], UNANSWERED, NONE, NOBODY);
		TAP_EQUAL(d.sums, 3);
	}
}

/* RFC 9293, figure 9: an old SYN comes first, is answered, and disowned. */
static void old_duplicate_is_answered_first(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 100; c S 90 : new syn; s SA 0 91 : syn-ack; c R 91 : rst;"
		     "c S 100 : syn*2; s SA 77 101 : syn-ack; c A 101 78 : ack @OPEN");
		dialogue_finish(&d);
		SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[0], 2, 1, 0, 0);
		SHAPE(&d.sum[1], ABORTED, NONE, NOBODY);
		COUNTS(&d.sum[1], 1, 1, 0, 1);
	}
}

/* A flood of made-up SYNs does not take the place of the first. */
static void flood_leaves_the_first_attempt_alone(void)
{
	unsigned int i;

	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0");
		for (i = 0; i < 1000; i++) {
			dialogue_segment(&d, &d.seg, SYNFIN_FROM_CLIENT,
					 SYNFIN_TCP_SYN, 0x1000000 + i * 4000000, 0, 0);
			dialogue_show(&d, &d.seg);
		}
		PLAY(&d, "s SA 0 1 : syn-ack; c A 1 1 : ack; finish");
		SHAPE(&d.sum[d.sums - 1], ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[d.sums - 1].head.id, 1);
	}
}

static void new_attempt_beside_an_old_connection_is_refused(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 100; s A 1 101; isn 3000000 -4999;"
		     "c S 0 +200000 : new syn; s RA 4999 1 : rst @SYN");
		dialogue_finish(&d);
		SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[0], 1, 1, 0, 0);
		SHAPE(&d.sum[1], REFUSED, NONE, NOBODY);
		COUNTS(&d.sum[1], 1, 0, 0, 1);
	}
}

/* RFC 5961: the old connection answers with its own numbers. */
static void new_attempt_meets_challenges_only(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c PA 1 1 100; s A 1 101;"
		     "c S 40000000 +100000 : new syn; s A 1 101 : not_awaited @OPEN;"
		     "c S 40000000 +1000 : syn*2; s A 1 101 : not_awaited @OPEN;"
		     "c S 40000000 +2000 : syn*3; s A 1 101 : not_awaited @OPEN");
		dialogue_finish(&d);
		SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
		SHAPE(&d.sum[1], UNANSWERED, NONE, NOBODY);
		COUNTS(&d.sum[1], 3, 0, 0, 0);
	}
}

static void unanswered_syn_given_up_for_another(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; c S 0 +1000; isn 90000 80000;"
		     "c S 0 +5000 : new syn @SYN; s SA 0 1 : syn-ack; c A 1 1 : ack");
		dialogue_finish(&d);
		SHAPE(&d.sum[0], UNANSWERED, NONE, NOBODY);
		COUNTS(&d.sum[0], 2, 0, 0, 0);
		/* The next one's SYN is no segment of the first. */
		TAP_EQUAL(d.sum[0].duration_ns, 1000 * MS);
		SHAPE(&d.sum[1], ESTABLISHED, OPEN, NOBODY);
	}
}

/* The host has forgotten the old one: that is over when the new one has opened. */
static void next_opens_where_the_old_was_forgotten(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "isn 90000 80000; c S 0 +50 : new syn @SYN;"
		     "s SA 0 1 +7 : syn-ack @SYN_ACK; c A 1 1 +2 : ack over @OPEN");
		SHAPE(&d.sum[0], ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[0].duration_ns, 2 * MS);
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sum[1].server_rtt_ns, 7 * MS);
		TAP_EQUAL(d.sum[1].handshake_ns, 9 * MS);
		TAP_EQUAL(d.sum[1].client_isn, 90000);
	}
}

/* Whoever makes up all three segments: the old one goes on, and says so. */
static void handshake_made_up_ends_nothing_that_goes_on(void)
{
	dialogue_begin(&d, 1);
	PLAY(&d, SHAKE "c S 90000 : new syn; c PA 1 1 10 : not_awaited @OPEN;"
	     "s SA 80000 90001 : syn-ack; c A 90001 80001 : ack @OPEN;"
	     "c FA 11 1 : fin-1; s FA 1 12 : fin-2; c A 12 2 : ack-2 end");
	SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
}

static void next_opens_in_every_state_of_the_old(void)
{
	static const char *const before[] = {
		"c S 0; s S 0;", "c S 0; s SA 0 1;", SHAKE, SHAKE "c FA 1 1;",
		SHAKE "c FA 1 1; s A 1 2;", SHAKE "c FA 1 1; s FA 1 1;",
		SHAKE CLOSE, SHAKE CLOSE "c A 2 2;", SHAKE "c R 1;",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(before); i++)
		while (shape_source(&d, &all)) {
			PLAY(&d, before[i]);
			PLAY(&d, "isn 90000 80000; c S 0 0 100 : new syn;"
			     "s SA 0 101 : syn-ack @SYN_ACK; c A 101 1");
			SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
			TAP_EQUAL(d.sums, 2);
			TAP_EQUAL(d.sum[1].client_isn, 90000);
			TAP_IS(d.sum[1].flags & SYNFIN_CONN_SYN_DATA);
		}
}

static void challenged_syn_leads_to_a_reset_and_a_new_one(void)
{
	/* RFC 5961: SYN, challenge ACK, RST with its number, SYN. */
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c S 89000 : new syn; s A 1 1 : not_awaited;"
		     "c R 1 : rst @OPEN; c S 89000 +1000 : syn*2;"
		     "s SA 75000 89001 : syn-ack; c A 89001 75001 : ack over @OPEN");
		SHAPE(&d.sum[0], ESTABLISHED, RESET, CLIENT);
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		COUNTS(&d.sum[1], 2, 1, 0, 0);
	}
}

/* A RST and a SYN with any numbers do not end what goes on. */
static void blind_reset_and_syn_end_nothing(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE "c R 900; c S 0x12345678 : new syn;"
		     "c PA 1 1 950 +2000 : not_awaited back @OPEN; s A 1 951;"
		     "c FA 951 1 : fin-1; s FA 1 952; c A 952 2 : ack-2 end");
		SHAPE(&d.sum[0], ESTABLISHED, THREE_WAY, CLIENT);
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
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; isn 90000 80000;"
		     "s SA 0 1 : new syn-ack @SYN_ACK; c S 0 : syn; c A 1 1 : ack");
		SHAPE(dialogue_finish(&d), ESTABLISHED, OPEN, NOBODY);
		TAP_EQUAL(d.sums, 2);
	}
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
		PLAY(&d, "c S 0; s RA 0 1 !T : rst end; c S 0 +1000 : syn*2 @DONE;"
		     "s RA 0 1 : rst*2 @DONE");
		TAP_EQUAL(d.sums, 1);
	}
}

/* What has ended begins nothing, whatever comes of it. */
static void late_segments_begin_nothing(void)
{
	while (shape_source(&d, &all)) {
		PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; c A 2 2 +31000 : late @DONE;"
		     "s FA 1 2 +100000 : fin-2*2 @DONE; c R 2 +100000 : rst @DONE;"
		     "s R 0x50000000 : forged_rst @DONE; c PA 1 1 1 +500000 : late @DONE");
		TAP_EQUAL(d.sums, 1);
		TAP_EQUAL(d.nr, 1);
	}
}

/* Sent again at growing intervals: each is waited for longer. */
static void lingers_for_what_comes_again(void)
{
	dialogue_begin(&d, 0);
	PLAY(&d, SHAKE CLOSE "c A 2 2 : ack-2 end; s FA 1 2 +6000 : fin-2*2;"
	     "expire +12000 : stays; s FA 1 2 : fin-2*3; expire +30000 : stays;"
	     "expire +30000 : gone");
}

/* Dropped by the host: the connection is where it was, and what it was is told. */
static void dropped(void)
{
	struct synfin_segment seg;
	struct synfin_step step;
	__u8 state;

	while (shape_source(&d, &all)) {
		PLAY(&d, "c S 0; s SA 0 1");
		state = d.conn.state;
		dialogue_segment(&d, &seg, SYNFIN_FROM_SERVER, SYNFIN_TCP_SYN | SYNFIN_TCP_ACK,
				 DIALOGUE_Y, DIALOGUE_X + 1, 0);
		synfin_phase_drop(&d.conn, &seg, d.now + 5 * MS, 2, &step);
		TAP_EQUAL(step.phase, SYNFIN_PHASE_DROP);
		TAP_EQUAL(step.from, SYNFIN_FROM_SERVER);
		TAP_EQUAL(step.count, 2);
		TAP_EQUAL(step.since_ns, 5 * MS);
		TAP_EQUAL(step.time_ns, d.now + 5 * MS);
		TAP_EQUAL(step.seq, DIALOGUE_Y);
		TAP_EQUAL(d.conn.state, state);
	}
}

static const struct tap_test tests[] = {
	TAP_TEST(port_reused_after_the_end),
	TAP_TEST(the_server_connects_back),
	TAP_TEST(refused_client_asks_again),
	TAP_TEST(refused_in_vain),
	TAP_TEST(reset_in_vain_after_the_answer),
	TAP_TEST(failures_are_believed_when_nothing_follows),
	TAP_TEST(attempts_beside_each_other),
	TAP_TEST(old_duplicate_is_answered_first),
	TAP_TEST(flood_leaves_the_first_attempt_alone),
	TAP_TEST(new_attempt_beside_an_old_connection_is_refused),
	TAP_TEST(new_attempt_meets_challenges_only),
	TAP_TEST(unanswered_syn_given_up_for_another),
	TAP_TEST(next_opens_where_the_old_was_forgotten),
	TAP_TEST(handshake_made_up_ends_nothing_that_goes_on),
	TAP_TEST(next_opens_in_every_state_of_the_old),
	TAP_TEST(challenged_syn_leads_to_a_reset_and_a_new_one),
	TAP_TEST(blind_reset_and_syn_end_nothing),
	TAP_TEST(challenge_to_a_first_syn),
	TAP_TEST(next_answer_captured_before_its_syn),
	TAP_TEST(three_in_a_row),
	TAP_TEST(repeated_syn_after_the_end_is_the_old_one),
	TAP_TEST(late_segments_begin_nothing),
	TAP_TEST(lingers_for_what_comes_again),
	TAP_TEST(dropped),
};

int main(void)
{
	tap_run(tests, ARRAY_SIZE(tests));
	return tap_exit();
}
